// Starts `oxl lsp` as language server and `oxl debug` as debug adapter. All knowledge of the language is in `oxl`.

import * as vscode from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions, TransportKind } from "vscode-languageclient/node";
import { Adapters, Configurations } from "./debugging";
import { program } from "./program";
import { execute, Tasks } from "./tasks";

let client: LanguageClient | undefined;
// Starting and stopping take turns: settings may change while the server is being started.
let turn: Promise<void> = Promise.resolve();

async function start(): Promise<void> {
  const command = program();
  const server: ServerOptions = { command, args: ["lsp"], transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "starlark" }],
    outputChannelName: "oxlang",
    initializationOptions: { commands: ["oxl.build", "oxl.run"] },
  };
  client = new LanguageClient("oxl", "oxlang", server, options);
  try {
    await client.start();
  } catch {
    // Nobody waits for the answer: the commands work without a server, and activation must not hang on a message.
    void refused(command);
  }
}

async function refused(command: string): Promise<void> {
  const chosen = await vscode.window.showErrorMessage(
    `oxlang: \`${command} lsp\` could not be started. Install it with: uv tool install 'oxlang[lsp]'`,
    "Open settings",
  );
  if (chosen) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "oxl.path");
  }
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  if (old?.isRunning()) {
    await old.dispose();
  } else {
    old?.outputChannel.dispose();
  }
}

function restart(): Promise<void> {
  turn = turn.then(stop).then(start);
  return turn;
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("oxl.restart", restart),
    vscode.commands.registerCommand("oxl.build", (config?: string, target?: string) => execute("build", config, target)),
    vscode.commands.registerCommand("oxl.run", (config?: string, target?: string) => execute("run", config, target)),
    vscode.tasks.registerTaskProvider("oxl", new Tasks()),
    vscode.debug.registerDebugAdapterDescriptorFactory("oxl", new Adapters()),
    vscode.debug.registerDebugConfigurationProvider("oxl", new Configurations()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("oxl.path")) {
        void restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await turn.then(stop);
}
