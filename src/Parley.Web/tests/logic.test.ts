// Run by node's own test runner, through build.mjs --test. No browser: everything here is pure.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bytes, clock, roughly, span } from '../app/shared/format';
import { en } from '../app/language/en';
import { zh } from '../app/language/zh';
import { fieldsOf, tidy } from '../app/home/speakerWish';
import { routeOf } from '../app/router';
import { columnsOf } from '../app/status/columns';
import { colourOf, extend, join, plainText, reuse, tints, turnsOf } from '../app/transcript/grouping';
import { hitsOf, nextHit } from '../app/transcript/hits';
import { placesOf, sentenceAtTime, wordAtCharacter, wordAtTime } from '../app/transcript/words';
import type { Sentence } from '../app/api/types';

const sentence = (id: string, start: number, text: string, speaker: string | null = 's1', words: string[] = []): Sentence => ({
  id, start, end: start + 1, speaker, text, words: words.map((word, index) => ({ text: word, start: start + index * 0.1, end: start + index * 0.1 + 0.1 })),
});

test('every text is there in both languages, with the same values', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const values = (text: string): string[] => [...new Set([...text.matchAll(/\{\w+\}/g)].map(match => match[0]))].sort();
  for (const [key, text] of Object.entries(en)) {
    const other = zh[key as keyof typeof en];
    assert.notEqual(other.trim(), '', key);
    assert.deepEqual(values(other), values(text), key);
  }
});

test('times and sizes read as people write them', () => {
  assert.deepEqual([0, 7.9, 754, 3723, Number.NaN].map(clock), ['0:00', '0:07', '12:34', '1:02:03', '0:00']);
  assert.deepEqual([0, 42, 200, 7500, 93784].map(seconds => span(seconds, 'en')), ['0 s', '42 s', '3 min 20 s', '2 h 5 min', '1 d 2 h']);
  assert.deepEqual([200, 120, 3600].map(seconds => span(seconds, 'zh')), ['3 分 20 秒', '2 分钟', '1 小时']);
  assert.deepEqual([0.2, 9, 11, 61, 299, 301].map(roughly), [1, 9, 15, 90, 300, 360]);
  assert.deepEqual([0, 999, 1000, 3_400_000, 256_000_000].map(bytes), ['0 B', '999 B', '1.0 kB', '3.4 MB', '256 MB']);
});

test('wishes for speakers are whole numbers in order', () => {
  assert.deepEqual(fieldsOf({ kind: 'auto', exact: 2, min: 2, max: 4 }), {});
  assert.deepEqual(fieldsOf({ kind: 'exact', exact: Number.NaN, min: 2, max: 4 }), { num_speakers: 2 });
  assert.deepEqual(fieldsOf({ kind: 'range', exact: 2, min: 7, max: 3 }), { min_speakers: 3, max_speakers: 7 });
  assert.deepEqual(tidy({ kind: 'exact', exact: 900, min: -1, max: 2.6 }), { kind: 'exact', exact: 50, min: 1, max: 3 });
});

test('addresses lead to views, and hostile ones nowhere', () => {
  const id = '0b7c1b5e-4f7a-4c35-9a36-1d2f3a4b5c6d';
  assert.deepEqual(routeOf(''), { view: 'home' });
  assert.deepEqual(routeOf('#/status'), { view: 'status' });
  assert.deepEqual(routeOf(`#/recordings/${id.toUpperCase()}`), { view: 'recording', id });
  for (const hash of ['#/recordings/../x', '#/recordings/1', '#/x', '#/recordings/' + id + '/x'])
    assert.deepEqual(routeOf(hash), { view: 'unknown' });
});

test('words are found in the text of their sentence, also after it was corrected', () => {
  const mixed = sentence('1', 0, '大家，晚上好 OK fine.', 's1', ['大', '家', '晚上', '好', 'ok', ' fine']);
  assert.deepEqual(placesOf(mixed).map(place => place && mixed.text.slice(place.start, place.end)), ['大', '家', '晚上', '好', 'OK', 'fine']);
  assert.equal(wordAtCharacter(mixed, 4), 2);
  assert.equal(wordAtCharacter(mixed, 2), 1); // the comma belongs to the word before it
  assert.deepEqual(placesOf(sentence('2', 0, 'all new', 's1', ['old', 'new', ''])), [null, { start: 4, end: 7 }, null]);
  assert.equal(wordAtCharacter(sentence('3', 0, 'x', 's1', []), 0), -1);
  assert.deepEqual([-1, 0, 0.15, 9].map(time => wordAtTime(mixed, time)), [-1, 0, 1, 5]);
  const list = [sentence('a', 1, ''), sentence('b', 3, '')];
  assert.deepEqual([0, 1, 2.9, 3, 99].map(time => sentenceAtTime(list, time)), [-1, 0, 0, 1, 1]);
});

test('turns change only where sentences did', () => {
  const before = [sentence('0', 0, 'a'), sentence('1', 1, 'b'), sentence('2', 2, 'c', 's2'), sentence('3', 30, 'd', 's2')];
  const turns = turnsOf(before);
  assert.deepEqual(turns.map(turn => turn.sentences.map(one => one.id)), [['0', '1'], ['2'], ['3']]); // a long pause begins a new turn
  const after = reuse(before, before.map(one => ({ ...one, text: one.id === '2' ? 'changed' : one.text })));
  const next = turnsOf(after, turns);
  assert.equal(next[0], turns[0]);
  assert.notEqual(next[1], turns[1]);
  assert.equal(next[2], turns[2]);
});

test('colours stay with the id, and each part of the waveform has that of who speaks most in it', () => {
  assert.deepEqual(['s1', 's2', 's8', 's9', null].map(colourOf), [0, 1, 7, 0, 0]);
  assert.deepEqual(tints([sentence('0', 0, ''), sentence('1', 1.75, '', 's2'), sentence('2', 99, '')], 4, 4), [0, 1, 1, -1]);
});

test('copied text has names, and spaces only where they belong', () => {
  assert.equal(join(['你好。', '世界。', 'Yes.', 'No.']), '你好。世界。Yes. No.');
  const text = plainText({ job: '', file_name: '', revision: 0, duration: 9, language: null, speakers: [{ id: 's1', label: 'Speaker1', name: 'Anna', talk_seconds: 1, share: 1 }],
    sentences: [sentence('0', 0, 'Hello.'), sentence('1', 1, 'There.', 's2')] }, speaker => speaker.name ?? speaker.label);
  assert.equal(text, 'Anna: Hello.\n\nThere.');
});

test('search finds all, goes around, and keeps its places where letters change length', () => {
  const list = [sentence('0', 0, 'Test the TEST'), sentence('1', 1, 'İstanbul test')];
  assert.deepEqual(hitsOf(list, ' test ').map(hit => [hit.sentence, hit.start, hit.end]), [['0', 0, 4], ['0', 9, 13], ['1', 9, 13]]);
  assert.deepEqual(hitsOf(list, '  '), []);
  assert.deepEqual([nextHit(3, -1, 1), nextHit(3, 2, 1), nextHit(3, 0, -1), nextHit(0, -1, 1)], [0, 0, 2, -1]);
});

test('the chart stays within its frame', () => {
  const chart = columnsOf([0.1, 0.2, 0.4], 240, 100);
  assert.equal(chart.median, 0.2);
  assert.equal(chart.medianY, 50);
  assert.equal(chart.columns[2]!.height, 100);
  assert.ok(chart.columns.every(column => column.x >= 0 && column.x + column.width <= 240 && column.y >= 0));
  assert.deepEqual(columnsOf([], 240, 100).columns, []);
});

test('what is said while a job runs grows, and begins again with a job that is begun anew', () => {
  const [first, second, third] = ['0', '1', '2'].map(id => sentence(id, Number(id), id, null)) as [Sentence, Sentence, Sentence];
  const said = extend(extend([], [first]), [second, third]);
  assert.deepEqual(said, [first, second, third]);
  assert.deepEqual(extend(said, []), said);
  const again = extend(said, [{ ...first }, { ...second }, { ...third }]); // after a lost line
  assert.equal(again[2], third);
  assert.deepEqual(extend(said, [sentence('0', 0, 'other', null)]).map(one => one.text), ['other']);
});
