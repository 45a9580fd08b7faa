// `oxl debug` as debug adapter.

import * as vscode from "vscode";
import { program } from "./program";

/** Starts the adapter in the folder of the workspace. */
export class Adapters implements vscode.DebugAdapterDescriptorFactory {
  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const cwd = session.workspaceFolder?.uri.fsPath;
    return new vscode.DebugAdapterExecutable(program(), ["debug"], cwd ? { cwd } : undefined);
  }
}

/** Completes a configuration: without a launch.json, or without `program`, the file in the editor is meant. */
export function completed(
  given: vscode.DebugConfiguration,
  file: string | undefined,
): vscode.DebugConfiguration | undefined {
  const named = given.type ? given : { type: "oxl", request: "launch", name: "Evaluate" };
  if (given.program) {
    return given;
  }
  return file === undefined ? undefined : { ...named, program: file };
}

export class Configurations implements vscode.DebugConfigurationProvider {
  async resolveDebugConfiguration(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    const found = completed(given, await programOf(folder));
    if (found === undefined) {
      void vscode.window.showErrorMessage("oxlang: there is no Starlark file to debug. Open one, or say `program` in launch.json.");
    }
    return found;
  }
}

async function programOf(folder: vscode.WorkspaceFolder | undefined): Promise<string | undefined> {
  const shown = vscode.window.activeTextEditor?.document;
  if (shown?.languageId === "starlark" && shown.uri.scheme === "file") {
    return shown.fileName;
  }
  const top = folder ?? vscode.workspace.workspaceFolders?.[0];
  if (top === undefined) {
    return undefined;
  }
  const config = vscode.Uri.joinPath(top.uri, "pyoxidizer.bzl");
  try {
    await vscode.workspace.fs.stat(config);
  } catch {
    return undefined;
  }
  return config.fsPath;
}
