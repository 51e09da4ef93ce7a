// Asks a server everything that OpenAI's own client can ask about recordings, and prints one JSON object with what came back.
// node client.mjs BASE_URL FOLDER_OF_SAMPLES
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';

const [baseURL, samples] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'any', maxRetries: 0 });
const open = name => createReadStream(join(samples, name));
const ask = (fields, name = 'english.wav') => client.audio.transcriptions.create({ file: open(name), model: 'gpt-4o-transcribe', ...fields });

async function errorOf(asking) {
  try {
    await asking;
    return null;
  } catch (error) {
    return { kind: error.constructor.name, status: error.status, code: error.code, param: error.param, type: error.type, hasRequestId: Boolean(error.requestID) };
  }
}

async function eventsOf(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

const answer = { errors: {} };
answer.models = (await client.models.list()).data.map(model => model.id);
answer.model = await client.models.retrieve('whisper-1');
answer.json = await ask({ response_format: 'json', include: ['logprobs'] });
for (const format of ['text', 'srt', 'vtt']) answer[format] = await ask({ response_format: format });
answer.verbose = await ask({ response_format: 'verbose_json', timestamp_granularities: ['word', 'segment'] });
answer.diarized = await ask({ model: 'gpt-4o-transcribe-diarize', response_format: 'diarized_json', chunking_strategy: { type: 'server_vad', threshold: 0.5 } }, 'interview.m4a');
answer.events = await eventsOf(await ask({ stream: true, response_format: 'diarized_json', chunking_strategy: 'auto' }, 'interview.m4a'));
answer.errors.model = await errorOf(ask({ model: 'gpt-9' }));
answer.errors.field = await errorOf(ask({ temperature: 7 }));
answer.errors.file = await errorOf(client.audio.transcriptions.create({ file: await toFile(Buffer.from('no audio'), 'broken.wav'), model: 'whisper-1' }));
answer.errors.retrieve = await errorOf(client.models.retrieve('gpt-9'));
answer.errors.translation = await errorOf(client.audio.translations.create({ file: open('english.wav'), model: 'whisper-1' }));
console.log(JSON.stringify(answer));
