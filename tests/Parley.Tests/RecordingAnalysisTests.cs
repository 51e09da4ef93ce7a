using System.Security.Cryptography;
using System.Text.Json;
using Parley.Asr;
using Parley.Audio;
using Parley.Punctuation;
using Parley.Speakers;
using Parley.Tests.Acceptance;
using Parley.Transcripts;

namespace Parley.Tests;

public sealed class RecordingAnalysisTests(DemoPipeline demo) : IClassFixture<DemoPipeline>
{
    private static readonly int HeadBytes = AnalysisFormat.Magic.Length + 1;

    [Fact]
    public async Task Saved_analysis_completes_to_the_transcript_of_the_whole_run()
    {
        Transcript whole = await demo.TranscribeAsync(SampleTests.Sample("interview.wav"));
        RecordingAnalysis analysis = await AnalyzeAsync("interview.wav");

        RecordingAnalysis loaded = Load(Save(analysis));

        Timeless(demo.Pipeline.Complete(analysis)).ShouldBe(Timeless(whole));
        Timeless(demo.Pipeline.Complete(loaded)).ShouldBe(Timeless(whole));
        loaded.WallSeconds.ShouldBe(analysis.WallSeconds);
        loaded.Stages.ShouldBe(analysis.Stages);
    }

    [Fact]
    public async Task Another_number_of_speakers_needs_no_second_analysis()
    {
        RecordingAnalysis analysis = Load(Save(await AnalyzeAsync("interview.wav")));

        Transcript three = demo.Pipeline.Complete(analysis, new TranscriptionRequest { Speakers = new SpeakerCount(Exact: 3) });
        Transcript nobody = demo.Pipeline.Complete(analysis, new TranscriptionRequest { Diarize = false });

        three.Speakers.Count.ShouldBe(3);
        Timeless(three).ShouldBe(Timeless(await demo.TranscribeAsync(SampleTests.Sample("interview.wav"), new TranscriptionRequest { Speakers = new SpeakerCount(Exact: 3) })));
        nobody.Speakers.ShouldBeEmpty();
        nobody.Receipt.Stages.ShouldNotContain(stage => stage.Stage == "speakers");
    }

    [Fact]
    public async Task Figures_are_written_from_the_analysis_and_never_into_it()
    {
        RecordingAnalysis analysis = Load(Save(await AnalyzeAsync("interview.wav")));
        byte[] before = Save(analysis);
        TranscriptionRequest figures = new() { Recognition = new RecognitionWish { Itn = true } };

        Transcript written = demo.Pipeline.Complete(analysis, figures), spoken = demo.Pipeline.Complete(analysis);

        TranscriptText.Join(spoken.Sentences).ShouldContain("百分之二十");
        string text = TranscriptText.Join(written.Sentences);
        text.ShouldBe(TranscriptText.Join(spoken.Sentences).Replace("百分之二十", "20%", StringComparison.Ordinal));
        Word share = written.Sentences.SelectMany(sentence => sentence.Words).Single(word => word.Text == "20%");
        Word[] heard = [.. spoken.Sentences.SelectMany(sentence => sentence.Words).Where(word => word.StartMs >= share.StartMs && word.EndMs <= share.EndMs)];
        string.Concat(heard.Select(word => word.Text)).ShouldBe("百分之二十");
        (heard[0].StartMs, heard[^1].EndMs).ShouldBe((share.StartMs, share.EndMs));
        Save(analysis).ShouldBe(before);
        foreach (TranscriptFormat format in (TranscriptFormat[])[TranscriptFormat.Txt, TranscriptFormat.Srt, TranscriptFormat.Json])
            TranscriptWriter.ToText(written, format, TranscriptDocument.ForFile("interview.wav", TimeProvider.System)).ShouldContain("20%");
    }

    [Fact]
    public async Task Speakers_of_an_analysis_without_voices_are_refused()
    {
        RecordingAnalysis analysis = await AnalyzeAsync("hello.wav", embedVoices: false);

        Load(Save(analysis)).Voices.ShouldBeNull();
        Should.Throw<ArgumentException>(() => demo.Pipeline.Complete(analysis)).Message.ShouldContain("without voices");
    }

    [Fact]
    public void Every_value_comes_back_exactly()
    {
        RecordingAnalysis analysis = Example();

        RecordingAnalysis loaded = Load(Save(analysis));

        JsonSerializer.Serialize(loaded with { Voices = null }).ShouldBe(JsonSerializer.Serialize(analysis with { Voices = null }));
        loaded.Voices!.Windows.ShouldBe(analysis.Voices!.Windows);
        loaded.Voices.Values.ToArray().ShouldBe(analysis.Voices.Values.ToArray());
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = Save(Example());
        for (int length = 0; length < whole.Length; length++)
            Should.Throw<InvalidDataException>(() => Load(whole[..length]), $"{length} of {whole.Length} bytes");
    }

    [Fact]
    public void Every_changed_byte_is_found()
    {
        byte[] whole = Save(Example());
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x55;
            Should.Throw<InvalidDataException>(() => Load(changed), $"byte {i}");
        }
    }

    [Fact]
    public void Another_version_is_refused_by_name()
    {
        byte[] newer = Save(Example());
        newer[HeadBytes - 1] = AnalysisFormat.Version + 1;
        Should.Throw<InvalidDataException>(() => Load(newer)).Message.ShouldContain($"version {AnalysisFormat.Version + 1}");
    }

    [Fact]
    public void Bytes_behind_the_end_are_refused()
        => Should.Throw<InvalidDataException>(() => Load([.. Save(Example()), 0])).Message.ShouldContain("behind its end");

    [Theory]
    [InlineData(12)] // stages
    [InlineData(13)] // notices
    [InlineData(14)] // sentences
    public void Absurd_counts_take_no_memory(int zerosBefore)
    {
        // Bundle, duration, seconds, and then a count of 2147483647 with a right checksum and nothing behind it.
        byte[] absurd = Checked([.. AnalysisFormat.Magic, AnalysisFormat.Version, 0, .. new byte[16], .. new byte[zerosBefore - 12], 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<InvalidDataException>(() => Load(absurd));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, "a list of -1")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, "more than 32 bits")]
    [InlineData(new byte[] { 1, 0xFF, 0xFF, 0xFF, 0x7F }, "a text of")]
    [InlineData(new byte[] { 1, 1, 0xFF }, "not UTF-8")]
    public void Nonsense_is_refused_for_what_it_is(byte[] stages, string expected)
        => Should.Throw<InvalidDataException>(() => Load(Checked([.. AnalysisFormat.Magic, AnalysisFormat.Version, 0, .. new byte[16], .. stages, .. new byte[40]])))
            .Message.ShouldContain(expected);

    private static byte[] Checked(byte[] body) => [.. body, .. SHA256.HashData(body)];

    private static RecordingAnalysis Example() => new()
    {
        Bundle = "démo",
        Duration = TimeSpan.FromTicks(123_456_789_012),
        Sentences = SentenceBuilder.Build(
            [new Word("你", 120, 300, 0.5f), new Word("好", 300, 460, 0.25f), new Word("yes", 90_000, 90_000, 1 / 3f)],
            [PunctuationMark.None, PunctuationMark.Question, PunctuationMark.None]),
        Voices = new VoiceEmbeddings([new SpeakerWindow(0, 0, 24_000), new SpeakerWindow(0, 12_000, 9_000)], new[] { 0.1f, -2f, float.Epsilon, 3e38f }, 2),
        Stages = [new StageReceipt("audio", null, null, 0.125), new StageReceipt("asr", "asr", "cpu", 1 / 3.0)],
        WallSeconds = 0.1,
        Notices = ["one", "zwei"],
    };

    private static byte[] Save(RecordingAnalysis analysis)
    {
        using MemoryStream stream = new();
        analysis.Save(stream);
        return stream.ToArray();
    }

    private static RecordingAnalysis Load(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return RecordingAnalysis.Load(stream);
    }

    private async Task<RecordingAnalysis> AnalyzeAsync(string sample, bool embedVoices = true)
    {
        using AudioSource audio = AudioFile.Open(SampleTests.Sample(sample), new AudioOptions(), TestContext.Current.CancellationToken);
        return await demo.Pipeline.AnalyzeAsync(audio, embedVoices, recognition: null, progress: null, TestContext.Current.CancellationToken);
    }

    // All of it but what the clock says.
    private static string Timeless(Transcript transcript) => JsonSerializer.Serialize(transcript with
    {
        Receipt = transcript.Receipt with
        {
            WallSeconds = 0,
            Rtf = 0,
            Stages = [.. transcript.Receipt.Stages.Select(stage => stage with { Seconds = 0 })],
        },
    });
}
