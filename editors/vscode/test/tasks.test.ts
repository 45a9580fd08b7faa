import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import * as fake from "./vscode";
import { execute, Tasks, title, words } from "../src/tasks";

const folder = { uri: fake.Uri.file("/w/app"), name: "app" };

beforeEach(() => {
  fake.state.settings = {};
  fake.state.files = new Set();
  fake.state.editor = undefined;
  fake.state.executed = [];
  fake.workspace.workspaceFolders = [folder];
});

test("words of tasks", () => {
  assert.deepEqual(words({ command: "build" }), ["build"]);
  assert.deepEqual(words({ command: "build", target: "exe", release: true }), ["build", "--release", "exe"]);
  assert.deepEqual(
    words({ command: "run", target: "exe", config: "sub/pyoxidizer.bzl", args: ["--", "-v"] }),
    ["run", "--path", "sub/pyoxidizer.bzl", "--target", "exe", "--", "-v"],
  );
});

test("titles of tasks", () => {
  assert.equal(title({ command: "run" }), "run");
  assert.equal(title({ command: "build", target: "exe", release: true }), "build exe (release)");
});

test("a lens runs its target in the folder of its config", async () => {
  await execute("run", "file:///w/app/my%20sub/pyoxidizer.bzl", "exe");
  const [task] = fake.state.executed;
  assert.equal(task.execution.command, "oxl");
  assert.deepEqual(task.execution.args, ["run", "--path", "/w/app/my sub/pyoxidizer.bzl", "--target", "exe"]);
  assert.equal(task.execution.options?.cwd, "/w/app/my sub");
  assert.equal(task.problemMatchers, "$oxl");
});

test("the command palette builds the default target where the editor is", async () => {
  fake.state.editor = {
    document: { uri: fake.Uri.file("/w/app/lib/a.star"), fileName: "/w/app/lib/a.star", languageId: "starlark" },
  };
  await execute("build");
  assert.deepEqual(fake.state.executed[0].execution.args, ["build"]);
  assert.equal(fake.state.executed[0].execution.options?.cwd, "/w/app/lib");
});

test("a document that was never saved counts for nothing", async () => {
  fake.state.editor = { document: { uri: new fake.Uri("untitled", "U-1"), fileName: "U-1", languageId: "starlark" } };
  await execute("build");
  assert.equal(fake.state.executed[0].execution.options?.cwd, "/w/app");
});

test("tasks are offered where there is a config", async () => {
  assert.deepEqual(await new Tasks().provideTasks(), []);
  fake.state.files.add("/w/app/pyoxidizer.bzl");
  const found = (await new Tasks().provideTasks()) as unknown as fake.Task[];
  assert.deepEqual(found.map((one) => [one.name, one.execution.args, one.group]), [
    ["build", ["build"], "build"],
    ["run", ["run"], undefined],
  ]);
});

test("a task of tasks.json keeps its name and definition", () => {
  fake.state.settings["oxl.path"] = "${workspaceFolder}/.venv/bin/oxl";
  const definition = { type: "oxl", command: "build", target: "install" };
  const given = { definition, scope: folder, name: "oxl: mine" };
  const made = new Tasks().resolveTask(given as never) as unknown as fake.Task;
  assert.equal(made.name, "oxl: mine");
  assert.equal(made.definition, definition);
  assert.equal(made.execution.command, "/w/app/.venv/bin/oxl");
  assert.deepEqual(made.execution.args, ["build", "install"]);
});
