// Bundles the extension into out/extension.js, with the licences of what is bundled beside it; with --test the tests.

import * as fs from "node:fs";
import * as path from "node:path";
import * as esbuild from "esbuild";

const common = { bundle: true, platform: "node", format: "cjs", target: "node18", logLevel: "warning" };

/** Gives the folders of the packages that a bundle was made of. */
function packages(metafile) {
  const found = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const at = input.lastIndexOf("node_modules/");
    if (at >= 0) {
      const parts = input.slice(at + "node_modules/".length).split("/");
      const name = parts[0].startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
      found.add(input.slice(0, at) + "node_modules/" + name);
    }
  }
  return [...found].sort();
}

/** Gives the licence texts of packages; one without a text stops the build. */
function notices(folders) {
  const texts = folders.map((folder) => {
    const about = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = fs.readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) {
      throw new Error(`${about.name} has no licence text`);
    }
    const text = fs.readFileSync(path.join(folder, file), "utf8").trim();
    return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
  });
  return "The file extension.js holds parts of these packages.\n\n" + texts.join(`\n${"-".repeat(79)}\n\n`);
}

fs.rmSync("out", { recursive: true, force: true });
if (process.argv.includes("--test")) {
  const tests = fs.readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({
    ...common,
    entryPoints: tests.map((name) => path.join("test", name)),
    outdir: "out/test",
    packages: "external",
    alias: { vscode: "./test/vscode.ts" },
  });
} else {
  const built = await esbuild.build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "out/extension.js",
    external: ["vscode"],
    minify: true,
    metafile: true,
  });
  fs.writeFileSync("out/THIRD-PARTY-NOTICES.txt", notices(packages(built.metafile)));
}
