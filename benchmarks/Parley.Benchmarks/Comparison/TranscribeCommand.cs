using System.CommandLine;
using Parley.Audio;
using Parley.Models;
using Parley.Transcripts;

namespace Parley.Benchmarks.Comparison;

/// <summary><c>transcribe</c>: the whole pipeline, from the file to the transcript. Loading the models is outside the timer.</summary>
internal sealed class TranscribeCommand : Command
{
    private readonly Option<FileInfo> _audio = new("--audio") { Required = true, Description = "A recording." };
    private readonly BundleOptions _bundle;

    public TranscribeCommand()
        : base("transcribe", "Transcribe a recording, once for each line of standard input.")
    {
        Add(_audio);
        _bundle = new BundleOptions(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ModelBundle bundle = _bundle.Load(parsed);
        string path = parsed.GetRequiredValue(_audio).FullName;
        using TranscriptionPipeline pipeline = TranscriptionPipeline.Load(bundle, new PipelineOptions { Inference = _bundle.Inference(parsed) });
        pipeline.WarmUp(cancellationToken);
        await MeasuredChild.ServeAsync(new { loadSeconds = pipeline.LoadTime.TotalSeconds }, async () =>
        {
            using AudioSource audio = AudioFile.Open(path, new AudioOptions(), cancellationToken);
            Transcript transcript = await pipeline.TranscribeAsync(audio, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new
            {
                audioSeconds = transcript.Duration.TotalSeconds,
                sentences = transcript.Sentences.Count,
                words = transcript.Sentences.Sum(sentence => sentence.Words.Count),
                speakers = transcript.Speakers.Count,
                stages = transcript.Receipt.Stages.ToDictionary(stage => stage.Stage, stage => stage.Seconds, StringComparer.Ordinal),
                peakBytes = MeasuredChild.PeakMemory(),
            };
        }).ConfigureAwait(false);
        return 0;
    }
}
