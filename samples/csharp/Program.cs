using Parley;
using Parley.Audio;
using Parley.Models;
using Parley.Transcripts;

using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(ModelBundle.Load("demo")); // heavy: share it
using AudioSource audio = AudioFile.Open(args[0], new AudioOptions(), CancellationToken.None);

Transcript transcript = await pipeline.TranscribeAsync(audio);

foreach (TranscriptSentence sentence in transcript.Sentences)
    Console.WriteLine($"{sentence.StartMs,6} ms  {sentence.Speaker}: {sentence.Text}");
