import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";

const manifest = JSON.parse(fs.readFileSync("package.json", "utf8"));
const sources = fs.readdirSync("src").map((name) => fs.readFileSync(`src/${name}`, "utf8")).join("\n");

test("every command that is offered is registered", () => {
  const registered = [...sources.matchAll(/registerCommand\("([\w.]+)"/g)].map((found) => found[1]);
  assert.deepEqual(registered.sort(), manifest.contributes.commands.map((one: { command: string }) => one.command).sort());
});

test("files that the manifest names exist", () => {
  const { languages, grammars } = manifest.contributes;
  for (const file of [languages[0].configuration, grammars[0].path]) {
    assert.ok(fs.existsSync(file), file);
  }
  JSON.parse(fs.readFileSync(languages[0].configuration, "utf8"));
});

test("the problem matcher reads what `oxl build` prints", () => {
  const [first, second] = manifest.contributes.problemMatchers[0].pattern.map((one: { regexp: string }) => new RegExp(one.regexp));
  const head = first.exec("error: `FileManifest` has no attribute or method `nope` [OX0310]");
  assert.deepEqual(head?.slice(1), ["error", "`FileManifest` has no attribute or method `nope`", "OX0310"]);
  assert.deepEqual(second.exec("  --> sub dir/pyoxidizer.bzl:2:27")?.slice(1), ["sub dir/pyoxidizer.bzl", "2", "27"]);
  assert.equal(first.exec("resolving target a"), null);
});

test("patterns of indentation", () => {
  const { indentationRules, onEnterRules } = JSON.parse(fs.readFileSync("language-configuration.json", "utf8"));
  const deeper = new RegExp(indentationRules.increaseIndentPattern);
  for (const line of ["def f(x):", "    for a in b: # why", "else:"]) {
    assert.ok(deeper.test(line), line);
  }
  for (const line of ["x = {1: 2}", "defined = a[1:", "# if x:"]) {
    assert.ok(!deeper.test(line), line);
  }
  assert.ok(new RegExp(onEnterRules[0].beforeText).test("    return x"));
});
