using Parley.Audio;
using Parley.Cli.Transcribing;
using Parley.Transcripts;

namespace Parley.Tests.Cli;

/// <summary>Stands for the pipeline: says the name of the recording; fails for names with "bad" in them.</summary>
internal sealed class FakeTranscriber : ITranscriber
{
    public List<string> Heard { get; } = [];

    public Action<InputFile, IProgress<TranscriptionProgress>>? While { get; init; }

    public Task<Transcript> TranscribeAsync(InputFile input, IProgress<TranscriptionProgress> progress, CancellationToken cancellationToken)
    {
        Heard.Add(input.FileName);
        While?.Invoke(input, progress);
        cancellationToken.ThrowIfCancellationRequested();
        if (input.FileName.Contains("bad", StringComparison.Ordinal))
            throw new AudioDecodeException(AudioFault.Damaged, $"{input.FileName} is damaged.\nTry another.");
        return Task.FromResult(new Transcript
        {
            Sentences = [new TranscriptSentence(input.FileName, 0, 1000, "Speaker1", [])],
            Speakers = ["Speaker1"],
            Turns = [new TranscriptTurn(0, 1000, "Speaker1")],
            Duration = TimeSpan.FromSeconds(1),
            Receipt = new Receipt { Stages = [new StageReceipt("asr", "m", "cpu", 0.5)], WallSeconds = 1, Rtf = 1, Bundle = "fake", Notices = ["A note\nin two lines."] },
        });
    }

    public void Dispose()
    {
    }
}
