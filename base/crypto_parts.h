/* What the files of crypto share: their part of crypto_init. */
#pragma once

void crypto_gcm_init(void);
void crypto_password_init(void);
