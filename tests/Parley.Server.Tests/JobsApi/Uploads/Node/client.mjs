// Uploads a file with the official client, over a connection that breaks within a piece and a server that dies between two.
// node client.mjs BASE_URL FILE. Prints a line before the fourth piece and waits for one on its input; the last line is an object with what happened.
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { Upload } from 'tus-js-client';

const [base, file] = process.argv.slice(2);
const story = { breaks: 0, heads: [], pieces: [], job: null };
let current = null;

const upload = new Upload(createReadStream(file), {
  endpoint: `${base}api/v1/uploads`,
  chunkSize: 300_000,
  retryDelays: Array(600).fill(100), // as long as a server may take to start
  metadata: { filename: 'interview.wav', filetype: 'audio/wav', num_speakers: '2' },
  async onBeforeRequest(request) {
    current = request;
    if (request.getMethod() !== 'PATCH') return;
    story.pieces.push(Number(request.getHeader('Upload-Offset')));
    if (story.pieces.length !== 4) return;
    console.log('waiting');
    await once(process.stdin, 'data');
  },
  onProgress() {
    if (story.pieces.length !== 2 || story.breaks > 0) return;
    story.breaks++;
    current.getUnderlyingObject().destroy();
  },
  onAfterResponse(request, response) {
    const offset = response.getHeader('Upload-Offset'); // not while the server starts
    if (request.getMethod() === 'HEAD' && offset) story.heads.push(Number(offset));
    story.job ??= response.getHeader('Parley-Job') ?? null;
  },
  onError(error) {
    console.error(error.message);
    process.exit(1);
  },
  onSuccess() {
    console.log(JSON.stringify(story));
    process.exit(0);
  },
});
upload.start();
