// Runs the extension with VS Code's client for language servers, but without VS Code: the API of VS Code does
// nothing, except that it has one document open and prints what the client sends to it, as lines of JSON.

'use strict';

const fs = require('fs');
const Module = require('module');
const path = require('path');

const [, , extension, program, file] = process.argv;
const print = (kind, value) => console.log(JSON.stringify([kind, value]));

class Disposable {
  dispose() {}
}

class Uri {
  constructor(text) {
    this.path = this.fsPath = text;
    this.scheme = 'file';
  }

  static parse(text) {
    return new Uri(decodeURIComponent(text.replace('file://', '')));
  }

  toString() {
    return `file://${this.path}`;
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(line, character, endLine, endCharacter) {
    this.start = new Position(line, character);
    this.end = new Position(endLine, endCharacter);
  }
}

class CodeActionKind {
  constructor(value) {
    this.value = value;
  }

  append(word) {
    return new CodeActionKind([this.value, word].filter(Boolean).join('.'));
  }
}
CodeActionKind.Empty = new CodeActionKind('');
for (const [name, value] of [['QuickFix', 'quickfix'], ['Refactor', 'refactor'], ['Source', 'source']]) {
  CodeActionKind[name] = new CodeActionKind(value);
}

class Diagnostic {
  constructor(range, message) {
    Object.assign(this, { range, message });
  }
}

class EventEmitter {
  constructor() {
    this.event = () => new Disposable();
  }

  fire() {}

  dispose() {}
}

class CancellationTokenSource extends Disposable {
  token = { isCancellationRequested: false, onCancellationRequested: () => new Disposable() };

  cancel() {}
}

// An object or class with the given members. Any other member is a class, or an event if its name begins with on.
function lenient(members) {
  class Anything extends Disposable {}
  return new Proxy(Object.assign(Anything, members), {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then') {
        return target[name];
      }
      return name.startsWith('on') ? () => new Disposable() : lenient({});
    },
    apply: () => new Disposable(),
  });
}

const text = fs.readFileSync(file, 'utf8');
const document = { uri: new Uri(file), languageId: 'apacheconf', version: 1, getText: () => text };
const commands = {};
const collection = lenient({
  set: (uri, diagnostics) => print('diagnostics', [String(uri), diagnostics.map((each) => each.message)]),
});
const vscode = lenient({
  ...{ CancellationTokenSource, CodeActionKind, Diagnostic, Disposable, EventEmitter, Position, Range, Uri },
  version: '1.91.0',
  commands: lenient({
    registerCommand: (name, command) => {
      commands[name] = command;
      return new Disposable();
    },
  }),
  languages: lenient({
    createDiagnosticCollection: () => collection,
    match: (selector, { languageId }) => ([selector].flat().some(({ language }) => language === languageId) ? 10 : 0),
  }),
  window: lenient({
    showErrorMessage: async (message) => print('error', message),
    createOutputChannel: () => lenient({ error: (message) => print('error', message) }),
    visibleTextEditors: [],
    tabGroups: lenient({ all: [] }),
  }),
  workspace: lenient({
    getConfiguration: (section) => ({
      get: (name, value) => (`${section}.${name}` === 'apachestaple.path' ? program : value),
    }),
    createFileSystemWatcher: () => lenient({}),
    getWorkspaceFolder: () => undefined,
    workspaceFolders: undefined,
    textDocuments: [document],
    notebookDocuments: [],
  }),
});

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

async function main() {
  const { activate, deactivate } = require(path.join(extension, 'extension.js'));
  const context = { subscriptions: [] };
  await activate(context);
  print('activated', Object.keys(commands));
  await commands['apachestaple.restart']();
  print('restarted', true);
  // The test closes standard input when it has seen enough.
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.on('end', resolve));
  await deactivate();
  print('deactivated', true);
  process.exit(0);
}

main();
