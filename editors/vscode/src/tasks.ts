// Building and running targets: the commands `oxl.build` and `oxl.run`, and tasks of the type `oxl`.

import * as vscode from "vscode";
import { program } from "./program";

export type Verb = "build" | "run";

/** What a task of tasks.json says; `config` is a file or folder, `args` come last. */
export interface Definition extends vscode.TaskDefinition {
  command: Verb;
  target?: string;
  config?: string;
  release?: boolean;
  args?: string[];
}

/** Gives the command line of a task behind the name of the program. */
export function words(asked: Omit<Definition, "type">): string[] {
  const found: string[] = [asked.command];
  if (asked.config) {
    found.push("--path", asked.config);
  }
  if (asked.release) {
    found.push("--release");
  }
  if (asked.target) {
    found.push(...(asked.command === "run" ? ["--target", asked.target] : [asked.target]));
  }
  return [...found, ...(asked.args ?? [])];
}

/** Gives the name of a task as lists show it. */
export function title(asked: Omit<Definition, "type">): string {
  return [asked.command, asked.target, asked.release ? "(release)" : undefined].filter(Boolean).join(" ");
}

function task(asked: Definition, folder: vscode.WorkspaceFolder | undefined, cwd?: string, name?: string): vscode.Task {
  const shown = new vscode.ShellExecution(program(), words(asked), { cwd: cwd ?? folder?.uri.fsPath });
  const made = new vscode.Task(asked, folder ?? vscode.TaskScope.Workspace, name ?? title(asked), "oxl", shown, "$oxl");
  made.group = asked.command === "build" ? vscode.TaskGroup.Build : undefined;
  return made;
}

/** Offers the default targets of the configs at the top of the workspace, and runs tasks of tasks.json. */
export class Tasks implements vscode.TaskProvider {
  async provideTasks(): Promise<vscode.Task[]> {
    const found: vscode.Task[] = [];
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      try {
        await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder.uri, "pyoxidizer.bzl"));
      } catch {
        continue;
      }
      found.push(...(["build", "run"] as const).map((command) => task({ type: "oxl", command }, folder)));
    }
    return found;
  }

  resolveTask(given: vscode.Task): vscode.Task {
    const folder = typeof given.scope === "object" ? given.scope : vscode.workspace.workspaceFolders?.[0];
    return task(given.definition as Definition, folder, undefined, given.name);
  }
}

/** Runs a command. A lens gives the config and the target; the command palette gives neither. */
export async function execute(command: Verb, config?: string, target?: string): Promise<void> {
  const file = config ? vscode.Uri.parse(config) : vscode.window.activeTextEditor?.document.uri;
  const place = file?.scheme === "file" ? file : undefined;
  const folder = place
    ? vscode.workspace.getWorkspaceFolder(place)
    : vscode.workspace.workspaceFolders?.[0];
  const cwd = place ? vscode.Uri.joinPath(place, "..").fsPath : undefined;
  const asked: Definition = { type: "oxl", command, target, config: config ? place?.fsPath : undefined };
  await vscode.tasks.executeTask(task(asked, folder, cwd));
}
