// Starts `oxl lsp` as language server and `oxl debug` as debug adapter. All knowledge of the language is in `oxl`.

import * as vscode from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

function program(): string {
  return vscode.workspace.getConfiguration("oxl").get<string>("path", "oxl");
}

async function start(context: vscode.ExtensionContext): Promise<void> {
  const server: ServerOptions = { command: program(), args: ["lsp"], transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "starlark" }],
    outputChannelName: "oxlang",
    initializationOptions: { commands: ["oxl.build", "oxl.run"] },
  };
  client = new LanguageClient("oxl", "oxlang", server, options);
  try {
    await client.start();
  } catch (problem) {
    const chosen = await vscode.window.showErrorMessage(
      `oxlang: \`${program()} lsp\` could not be started. Install it with: uv tool install 'oxlang[lsp]'`,
      "Open settings",
    );
    if (chosen) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "oxl.path");
    }
  }
  context.subscriptions.push({ dispose: () => void client?.stop() });
}

class Adapters implements vscode.DebugAdapterDescriptorFactory {
  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    return new vscode.DebugAdapterExecutable(program(), ["debug"]);
  }
}

class Configurations implements vscode.DebugConfigurationProvider {
  // Without a launch.json, debugging starts with the file in the editor.
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    const editor = vscode.window.activeTextEditor;
    if (!given.type && !given.request && editor?.document.languageId === "starlark") {
      return { type: "oxl", request: "launch", name: "Evaluate", program: editor.document.fileName };
    }
    return given;
  }
}

// The lens above a target gives the config and the target; the command palette gives neither.
function inTerminal(command: "build" | "run", config?: string, target?: string): void {
  const file = config ? vscode.Uri.parse(config) : vscode.window.activeTextEditor?.document.uri;
  const folder = file ? vscode.Uri.joinPath(file, "..").fsPath : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const words = [command, ...(config && file ? ["--path", file.fsPath] : [])];
  if (target) {
    words.push(...(command === "run" ? ["--target", target] : [target]));
  }
  const shown = new vscode.ShellExecution(program(), words, { cwd: folder });
  const task = new vscode.Task({ type: "oxl", command }, vscode.TaskScope.Workspace, words.join(" "), "oxlang", shown);
  void vscode.tasks.executeTask(task);
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("oxl.restart", async () => {
      await client?.stop();
      await start(context);
    }),
    vscode.commands.registerCommand("oxl.build", (config, target) => inTerminal("build", config, target)),
    vscode.commands.registerCommand("oxl.run", (config, target) => inTerminal("run", config, target)),
    vscode.debug.registerDebugAdapterDescriptorFactory("oxl", new Adapters()),
    vscode.debug.registerDebugConfigurationProvider("oxl", new Configurations()),
  );
  await start(context);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
