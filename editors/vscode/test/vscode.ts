// What the extension uses of the editor, in memory; only as much as the tests look at.

import * as path from "node:path";

export const state = {
  settings: {} as Record<string, unknown>,
  files: new Set<string>(),
  editor: undefined as undefined | { document: { uri: Uri; fileName: string; languageId: string } },
  executed: [] as Task[],
  errors: [] as string[],
};

export class Uri {
  constructor(readonly scheme: string, readonly fsPath: string) {}
  static parse(text: string): Uri {
    const url = new URL(text);
    return new Uri(url.protocol.slice(0, -1), decodeURIComponent(url.pathname));
  }
  static file(path: string): Uri {
    return new Uri("file", path);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, path.posix.join(base.fsPath, ...parts));
  }
}

export const workspace = {
  workspaceFolders: undefined as undefined | { uri: Uri; name: string }[],
  getConfiguration: (section: string) => ({
    get: (name: string, otherwise: unknown) => state.settings[`${section}.${name}`] ?? otherwise,
  }),
  getWorkspaceFolder: (uri: Uri) => workspace.workspaceFolders?.find((one) => uri.fsPath.startsWith(`${one.uri.fsPath}/`)),
  fs: {
    stat: async (uri: Uri) => {
      if (!state.files.has(uri.fsPath)) {
        throw new Error("FileNotFound");
      }
    },
  },
};

export const window = {
  get activeTextEditor() {
    return state.editor;
  },
  showErrorMessage: async (text: string) => void state.errors.push(text),
};

export class ShellExecution {
  constructor(readonly command: string, readonly args: string[], readonly options?: { cwd?: string }) {}
}

export class DebugAdapterExecutable {
  constructor(readonly command: string, readonly args: string[], readonly options?: { cwd?: string }) {}
}

export class Task {
  group: unknown;
  constructor(
    readonly definition: Record<string, unknown>,
    readonly scope: unknown,
    readonly name: string,
    readonly source: string,
    readonly execution: ShellExecution,
    readonly problemMatchers: string,
  ) {}
}

export const TaskScope = { Workspace: 2 };
export const TaskGroup = { Build: "build" };
export const tasks = { executeTask: async (task: Task) => void state.executed.push(task) };
