// Pages that the story does not come by: each is opened and looked at once. An entry is an address,
// then what to follow from there, step by step.
import assert from "node:assert/strict";

const CUSTOMER = [
  ["/kb"], ["/kb", ".article-card-link"], ["/search?q=zzqq"], ["/tickets?tab=closed"],
  ["/contracts"], ["/invoices"], ["/licences"],
  ["/licences", ".licence-card h2 a", ".table .is-act a"],
  ["/organisation"], ["/organisation/sites/new"], ["/organisation/people/new"],
  ["/organisation", ".people-rows a"],
  ["/account"], ["/account/security"], ["/account/sessions"],
  ["/notices"], ["/account/notices"],
];
const STAFF = [
  ["/desk/search?q=printer"], ["/desk/tickets/new"], ["/style"],
  ["/desk/settings"], ["/desk/settings/staff/new"], ["/desk/settings", "main .row-link"],
  ["/desk/settings/webhooks"], ["/desk/settings/webhooks/new"], ["/desk/settings/mail"], ["/desk/settings/mail/words"],
  ["/desk/settings/mail/words/ticket.answer"], ["/desk/unreached"], ["/demo/mail"], ["/login/forgot"],
  ["/desk/customers"], ["/desk/customers/new"], ["/desk/customers", ".row-link"],
  ["/desk/customers", ".row-link", 'main a[href$="/edit"]'],
  ["/desk/customers", ".row-link", 'main a[href^="/desk/licences/new"]'],
  ["/desk/customers", ".row-link", 'main a[href$="/contracts/new"]'],
  ["/desk/products"], ["/desk/products/new"], ["/desk/products", 'main a[href$="/policies/new"]'],
  ["/desk/products", "main .section-head h2 a"], ["/desk/products", "main .row-link"], ["/desk/entitlements"],
  ["/desk/orders"], ["/desk/orders", ".row-link"],
  ["/desk/licences"], ["/desk/licences", ".row-link"],
];
const ADMINISTRATOR = "admin@tilwick.example";

async function visit(reader, [address, ...links]) {
  let url = address;
  for (const link of links) {
    await reader.page.goto(url);
    url = await reader.page.locator(link).first().getAttribute("href");
  }
  const response = await reader.page.goto(url);
  assert.equal(response.status(), 200, `${url} by ${[address, ...links].join(" > ")}`);
  await reader.check([address, ...links].join(" > "));
}

export async function customerPages(reader, who) {
  await reader.signIn(who.customer);
  for (const stop of CUSTOMER) await visit(reader, stop);
}

export async function staffPages(reader) {
  await reader.signIn(ADMINISTRATOR);
  await reader.chooseLanguage();
  for (const stop of STAFF) await visit(reader, stop);
}

// A page that is not there says so in the same frame.
export async function nothingThere(reader) {
  reader.expected.add(404);
  const response = await reader.page.goto("/nothing-here");
  assert.equal(response.status(), 404);
  await reader.sees("This page does not exist");
  await reader.check("a page that does not exist");
  reader.expected.clear();
}
