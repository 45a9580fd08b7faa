import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as fake from "./vscode";
import { Adapters, completed, Configurations } from "../src/debugging";
import { placed } from "../src/program";

const folder = { uri: fake.Uri.file("/w/app"), name: "app" };
const resolve = (given: object) => new Configurations().resolveDebugConfiguration(folder as never, given as never);

beforeEach(() => {
  fake.state.files = new Set();
  fake.state.editor = undefined;
  fake.state.errors = [];
  fake.workspace.workspaceFolders = [folder];
});

test("without a launch.json the file in the editor is meant", () => {
  const found = completed({} as never, "/w/a.star");
  assert.deepEqual(found, { type: "oxl", request: "launch", name: "Evaluate", program: "/w/a.star" });
});

test("what launch.json says stays", () => {
  const given = { type: "oxl", request: "launch", name: "Mine", program: "/w/p.bzl", targets: ["exe"] };
  assert.equal(completed(given, "/w/a.star"), given);
});

test("a config without `program` takes the file in the editor", () => {
  const given = { type: "oxl", request: "launch", name: "Mine", stopOnEntry: true };
  assert.deepEqual(completed(given, "/w/a.star"), { ...given, program: "/w/a.star" });
});

test("a file of another language is not run: the folder's config is, if there is one", async () => {
  fake.state.editor = { document: { uri: fake.Uri.file("/w/app/a.py"), fileName: "/w/app/a.py", languageId: "python" } };
  assert.equal(await resolve({}), undefined);
  assert.match(fake.state.errors[0], /no Starlark file to debug/);
  fake.state.files.add("/w/app/pyoxidizer.bzl");
  assert.equal((await resolve({}))?.program, "/w/app/pyoxidizer.bzl");
});

test("the adapter is started in the folder of the workspace", () => {
  const started = new Adapters().createDebugAdapterDescriptor({ workspaceFolder: folder } as never);
  const { command, args, options } = started as unknown as fake.DebugAdapterExecutable;
  assert.deepEqual([command, args, options], ["oxl", ["debug"], { cwd: "/w/app" }]);
});

test("the setting `oxl.path`", () => {
  assert.equal(placed("oxl", "/home/me", "/w"), "oxl");
  assert.equal(placed("~/bin/oxl", "/home/me", "/w"), "/home/me/bin/oxl");
  assert.equal(placed("${workspaceFolder}/.venv/bin/oxl", "/home/me", "/w"), "/w/.venv/bin/oxl");
  assert.equal(placed("~other/oxl", "/home/me", undefined), "~other/oxl");
});
