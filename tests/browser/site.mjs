// The built program with a fresh demo tenant: a folder of state of its own, free ports, stopped at
// the end. Nothing of the caller's settings reaches it.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const PASSWORD = "gatehouse-demo";
const STOP_MS = 30_000;
const LOG_MAX = 1 << 24;
const ANY_PORT = "127.0.0.1:0";

function settings(folder, more) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GATEHOUSE_"));
  return {
    ...Object.fromEntries(kept),
    GATEHOUSE_VAR_DIR: folder,
    GATEHOUSE_TENANT_DEFAULT: "demo",
    GATEHOUSE_PORTAL_LISTEN: ANY_PORT,
    GATEHOUSE_LICENSING_LISTEN: ANY_PORT,
    ...more,
  };
}

// What the program prints when it serves: "ready", then a line for each address.
function addresses(child, log) {
  return new Promise((resolve, reject) => {
    const found = {};
    child.on("exit", (code) => reject(new Error(`gatehouse serve ended with ${code}:\n${log().slice(-4000)}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, name, url] = line.match(/^\s+(portal|licence service)\s+(http:\/\/[\d.:]+)\//) ?? [];
      if (name) found[name] = url;
      if (found.portal && found["licence service"]) resolve(found);
    });
  });
}

async function stop(child, folder) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.kill("SIGTERM");
    await ended;
    clearTimeout(late);
  }
  await rm(folder, { recursive: true, force: true });
  return child.exitCode;
}

export async function startSite(program, more = {}) {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-browser-"));
  const env = settings(folder, more);
  const command = async (...args) => (await promisify(execFile)(program, args, { env })).stdout;

  try {
    await command("demo", "--tenant", "demo");
    const child = spawn(program, ["serve"], { env, stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    child.stderr.on("data", (text) => { log = (log + text).slice(-LOG_MAX); });
    const found = await addresses(child, () => log);
    return {
      portal: found.portal,
      licensing: found["licence service"],
      env,
      command,
      log: () => log,
      stop: () => stop(child, folder),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
