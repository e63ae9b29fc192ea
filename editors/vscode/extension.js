'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

async function start() {
  const command = vscode.workspace.getConfiguration('apachestaple').get('path');
  client = new LanguageClient(
    'apachestaple',
    'apachestaple',
    { command, args: ['server'] },
    { documentSelector: ['apacheconf', 'apache'].map((language) => ({ scheme: 'file', language })) },
  );
  try {
    await client.start();
  } catch {
    // The client has shown the reason.
    vscode.window.showErrorMessage(
      `apachestaple: ${command} did not start. Install apachestaple, or set apachestaple.path.`,
    );
  }
}

async function restart() {
  await deactivate();
  await start();
}

async function deactivate() {
  const stopped = client;
  client = undefined;
  if (stopped?.needsStop()) {
    await stopped.stop();
  }
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand('apachestaple.restart', restart),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('apachestaple.path')) {
        restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate };
