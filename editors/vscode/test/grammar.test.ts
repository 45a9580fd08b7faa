import assert from "node:assert/strict";
import * as fs from "node:fs";
import { test } from "node:test";
import * as oniguruma from "vscode-oniguruma";
import { INITIAL, IGrammar, parseRawGrammar, Registry } from "vscode-textmate";

const path = "syntaxes/starlark.tmLanguage.json";

async function grammar(): Promise<IGrammar> {
  const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => parseRawGrammar(fs.readFileSync(path, "utf8"), path),
  });
  const found = await registry.loadGrammar("source.starlark");
  assert.ok(found);
  return found;
}

const loaded = grammar();

/** Gives for each text of the lines the innermost scopes that hold it. */
async function scopes(text: string): Promise<[string, string[]][]> {
  const one = await loaded;
  let state = INITIAL;
  return text.split("\n").flatMap((line) => {
    const result = one.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens.map((token): [string, string[]] => [
      line.slice(token.startIndex, token.endIndex),
      token.scopes.map((scope) => scope.replace(/\.starlark$/, "")),
    ]);
  });
}

async function innermost(text: string, wanted: string): Promise<string | undefined> {
  return (await scopes(text)).find(([part]) => part.trim() === wanted)?.[1].at(-1);
}

test("words of the language", async () => {
  assert.equal(await innermost("for x in y:", "for"), "keyword.control");
  assert.equal(await innermost("for x in y:", "in"), "keyword.operator.expression.logical");
  assert.equal(await innermost('load("a.star", "b")', "load"), "keyword.control.import");
  assert.equal(await innermost("f = lambda x: x", "lambda"), "storage.type.function.lambda");
  assert.equal(await innermost("x = None", "None"), "constant.language");
  assert.equal(await innermost("def make(a):", "make"), "entity.name.function");
});

test("a word inside a name is no word of the language", async () => {
  assert.notEqual(await innermost("format_for = inner", "format_for"), "keyword.control");
  assert.ok((await scopes("inner = x")).every(([, found]) => !found.some((scope) => scope.startsWith("keyword.control"))));
});

test("texts end where they end", async () => {
  const found = await scopes('a = """one\n# two""" # three\nb = r"\\d" + b\'x\' # four');
  const comments = found.filter(([, all]) => all.includes("comment.line.number-sign")).map(([part]) => part);
  assert.deepEqual(comments, ["# three", "# four"]);
});

test("a text that is not closed ends with its line", async () => {
  assert.equal(await innermost('a = "open\nreturn 1', "return"), "keyword.control");
});

test("numbers", async () => {
  for (const number of ["0", "12", "0x1F", "0o17", "1.5", "1e9", ".5", "1.", "0b11"]) {
    assert.equal(await innermost(`x = ${number}`, number), "constant.numeric", number);
  }
});
