// Builds the page: fetches packages when they changed, checks types, bundles, compresses.
//   node build.mjs OUTPUT          writes the files that the server embeds into OUTPUT
//   node build.mjs OUTPUT --test   runs the tests of tests/, built below OUTPUT
// Safe to run twice at once: the second waits for the first and finds all done.
import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = dirname(fileURLToPath(import.meta.url));
const output = resolve(process.argv[2] ?? join(root, '../../artifacts/web'));
const modules = join(root, 'node_modules');
const inputs = ['package-lock.json', 'tsconfig.json', 'index.html', 'icon.svg', 'build.mjs', 'app', 'styles'];
const target = ['chrome111', 'firefox113', 'safari16.4'];

const hash = text => createHash('sha256').update(text).digest('base64url').replace(/[-_]/g, 'x').slice(0, 10);

function* filesOf(path) {
  if (statSync(path).isDirectory())
    for (const name of readdirSync(path).sort()) yield* filesOf(join(path, name));
  else yield path;
}

function fingerprint() {
  const sum = createHash('sha256');
  for (const file of inputs.flatMap(input => [...filesOf(join(root, input))]))
    sum.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return sum.digest('hex');
}

/** Runs an action while no other build of this checkout does. A lock whose owner is gone was left by a killed build. */
function locked(action) {
  const lock = join(root, '../../artifacts/.web-lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(lock)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(lock) {
  let owner = 0;
  try {
    owner = Number(readFileSync(lock, 'utf8'));
    // Between its making and its signing a lock is empty for a moment.
    if (owner === 0) return Date.now() - statSync(lock).mtimeMs < 5000;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function install() {
  const wanted = hash(readFileSync(join(root, 'package-lock.json')));
  const stamp = join(modules, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // Scripts stay off: nothing that was downloaded runs but the compiler and the bundler.
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' });
  if (npm.status !== 0) fail(`npm ci failed in ${root}: ${npm.error?.message ?? npm.stderr}`);
  writeFileSync(stamp, wanted);
}

function check() {
  const tsc = spawnSync(process.execPath, [join(modules, 'typescript/bin/tsc'), '--pretty', 'false', '-p', root], { cwd: root, encoding: 'utf8' });
  if (tsc.status !== 0) fail(tsc.stdout + tsc.stderr);
}

function fail(message) {
  console.error(message.trim().replace(/^(\S+)\((\d+),(\d+)\): error/gm, (_, file, line, column) => `${resolve(root, file)}(${line},${column}): error`));
  process.exit(1);
}

function esbuild(entry, options) {
  try {
    return options.esbuild.buildSync({
      absWorkingDir: root, entryPoints: [entry], bundle: true, minify: true, write: false, target, charset: 'utf8', legalComments: 'none',
      jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'silent', format: options.format,
    }).outputFiles[0].contents;
  } catch (error) {
    return fail(error.message);
  }
}

/** Hashed names for what never changes under its name, one plain name for the page that lists them. */
function bundle(options) {
  const fresh = `${output}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const parts = {
    'icon.svg': readFileSync(join(root, 'icon.svg')),
    'early.js': esbuild('app/early.ts', { ...options, format: 'iife' }),
    'page.css': esbuild('styles/page.css', options),
    'page.js': esbuild('app/main.tsx', { ...options, format: 'esm' }),
  };
  let html = readFileSync(join(root, 'index.html'), 'utf8');
  for (const [name, content] of Object.entries(parts)) {
    const hashed = `${basename(name, extname(name))}-${hash(content)}${extname(name)}`;
    html = html.replace(`{{${name}}}`, `/assets/${hashed}`);
    write(join(fresh, hashed), content);
  }
  write(join(fresh, 'index.html'), html);
  writeFileSync(join(fresh, '.fingerprint'), options.fingerprint);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(dirname(output), { recursive: true });
  renameSync(fresh, output);
}

function write(path, content) {
  writeFileSync(path, content);
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

function test(options) {
  const folder = `${output}-tests`;
  rmSync(folder, { recursive: true, force: true });
  const entries = readdirSync(join(root, 'tests')).filter(name => name.endsWith('.test.ts'));
  options.esbuild.buildSync({
    absWorkingDir: root, entryPoints: entries.map(name => `tests/${name}`), outdir: folder, outExtension: { '.js': '.mjs' }, bundle: true,
    platform: 'node', format: 'esm', target: 'node18', logLevel: 'error',
  });
  execFileSync(process.execPath, ['--test', ...entries.map(name => join(folder, name.replace(/\.ts$/, '.mjs')))], { stdio: 'inherit' });
}

const wanted = fingerprint();
const isTest = process.argv.includes('--test');
const esbuildModule = () => import(pathToFileURL(join(modules, 'esbuild/lib/main.js')).href).then(module => module.default ?? module);
locked(() => install());
const options = { esbuild: await esbuildModule(), fingerprint: wanted };
if (isTest) {
  test(options);
} else {
  locked(() => {
    const stamp = join(output, '.fingerprint');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
      utimesSync(stamp, new Date(), new Date()); // only times had changed
      return;
    }
    check();
    bundle(options);
  });
}
