// Chromium, driven by playwright-core. Where either is missing, the reason; the caller skips.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const require = createRequire(import.meta.url);

function chromium() {
  const folders = (process.env.PATH ?? "").split(delimiter).concat("/usr/bin");
  return folders.map((folder) => join(folder, "chromium")).find(existsSync);
}

function installed(name) {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}

export function missing() {
  if (!chromium()) return "Chromium is not installed (make deps installs it)";
  for (const name of ["playwright-core", "axe-core/axe.min.js"])
    if (!installed(name)) return `${name} is not in node_modules (make deps installs it)`;
  return null;
}

export const axePath = () => require.resolve("axe-core/axe.min.js");

export async function openBrowser() {
  const playwright = require("playwright-core");
  return playwright.chromium.launch({ executablePath: chromium(), args: FLAGS });
}

// A reader with cookies of their own: language, width and whether scripts run.
export function openReader(browser, base, { language, width, scripts = true, theme = "light" }) {
  return browser.newContext({
    baseURL: base,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    viewport: { width, height: width < 720 ? 844 : 900 },
    hasTouch: width < 720,
    colorScheme: theme,
    reducedMotion: "reduce",
    javaScriptEnabled: scripts,
  });
}
