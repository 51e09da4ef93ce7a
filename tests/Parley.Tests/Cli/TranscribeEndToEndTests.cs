using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Parley.Tests.Cli;

/// <summary>The real program with the shipped models on the shipped recordings.</summary>
[Trait("Group", "e2e")]
public sealed class TranscribeEndToEndTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public TranscribeEndToEndTests()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(TestPaths.DemoBundle, "bundle.json")), $"The demo models are not there: {TestPaths.DemoBundle}.");
        Assert.SkipUnless(File.Exists(Sample("hello.wav")), $"The sample recordings are not there: {TestPaths.Samples}.");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_and_standard_input_give_the_same_text_on_standard_output()
    {
        CliResult file = await RunAsync("transcribe", Sample("hello.wav"), "--quiet");
        file.ExitCode.ShouldBe(0, file.Error);
        file.Output.Trim().ShouldNotBeEmpty();
        file.Error.ShouldBeEmpty();

        byte[] bytes = await File.ReadAllBytesAsync(Sample("hello.wav"), TestContext.Current.CancellationToken);
        CliResult input = await CliProcess.RunAsync(_folder.Root, null, bytes, "transcribe", "-", "--quiet");
        input.ShouldBe(file);
        _folder.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_formats_of_two_recordings_of_one_name_are_written_side_by_side()
    {
        File.Copy(Sample("hello.wav"), _folder["talk.wav"]);
        File.Copy(Sample("hello.wav"), _folder["talk.WAVE"]);

        CliResult result = await RunAsync("transcribe", _folder["talk.wav"], _folder["talk.WAVE"], "-o", "out", "-f", "all");

        result.ExitCode.ShouldBe(0, result.Error);
        string[] endings = [".docx", ".json", ".rttm", ".sentences.txt", ".srt", ".txt", ".vtt"];
        Directory.EnumerateFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(endings.SelectMany(ending => new[] { $"talk.WAVE{ending}", $"talk.wav{ending}" }).Order(StringComparer.Ordinal));
        File.ReadAllText(_folder["out/talk.WAVE.txt"]).ShouldBe(File.ReadAllText(_folder["out/talk.wav.txt"]));
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain("2 done, 0 failed");
    }

    [Fact]
    public async Task Json_tells_speakers_words_and_how_it_came_about()
    {
        CliResult result = await RunAsync("transcribe", Sample("interview.wav"), "--speakers", "2", "-o", "talk.json", "--threads", "1", "--itn");

        result.ExitCode.ShouldBe(0, result.Error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["talk.json"]));
        json.RootElement.GetProperty("file_name").GetString().ShouldBe("interview.wav");
        json.RootElement.GetProperty("receipt").GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("stage").GetString()).ShouldContain("asr");
        JsonElement[] segments = [.. json.RootElement.GetProperty("segments").EnumerateArray()];
        segments.ShouldNotBeEmpty();
        segments.ShouldAllBe(segment => segment.GetProperty("words").GetArrayLength() > 0);
        segments.SelectMany(segment => segment.GetProperty("words").EnumerateArray()).ShouldContain(word => word.GetProperty("text").GetString() == "20%");
        segments.Select(segment => segment.GetProperty("speaker").GetString()).ShouldAllBe(speaker => speaker == "Speaker1" || speaker == "Speaker2");
    }

    [Fact]
    public async Task Without_diarization_nobody_has_a_label()
    {
        CliResult result = await RunAsync("transcribe", Sample("hello.wav"), "--no-diarize", "--quiet");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.Trim().ShouldNotBeEmpty();
        result.Output.ShouldNotContain("Speaker");
    }

    [Fact]
    public async Task One_damaged_recording_does_not_stop_the_others()
    {
        _folder.Write("a.wav", "this is no recording");
        File.Copy(Sample("hello.wav"), _folder["b.wav"]);

        CliResult result = await RunAsync("transcribe", ".", "-f", "srt", "--vad-profile", "dynamic");

        result.ExitCode.ShouldBe(1);
        _folder.Files.ShouldBe(["a.wav", "b.srt", "b.wav"]);
        result.Error.ShouldContain("a.wav: ");
        result.Error.ShouldContain("1 done, 1 failed");
        result.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Models_verify_accepts_the_shipped_bundle()
    {
        CliResult result = await RunAsync("models", "verify", "demo");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("4 networks load");
    }

    [Fact]
    public async Task Eval_of_a_transcript_against_its_reference_gives_three_rates()
    {
        (await RunAsync("transcribe", Sample("hello.wav"), "-o", "out", "-f", "json,rttm")).ExitCode.ShouldBe(0);
        CliResult result = await RunAsync(
            "eval", "--reference", Sample("hello.txt"), "--hypothesis", "out/hello.json", "--rttm", Sample("hello.rttm"), "--hypothesis-rttm", "out/hello.rttm");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..3]).ShouldBe(["CER", "WER", "DER"]);
    }

    [Fact]
    public async Task Interrupt_ends_with_130_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill -INT.");
        using Process process = CliProcess.StartInterruptible(_folder.Root, null, "transcribe", "-", "-o", "out.srt");
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2)); // a program that went on would be fed for ever
        using CancellationTokenRegistration end = patience.Token.Register(() => process.Kill());

        // A recording without an end. A pipe holds little, so what is written was read: the program is at work when the signal comes.
        await process.StandardInput.BaseStream.WriteAsync(EndlessWaveHeader(), TestContext.Current.CancellationToken);
        byte[] silence = new byte[1 << 16];
        bool signalled = false;
        try
        {
            for (long written = 0; ; written += silence.Length)
            {
                await process.StandardInput.BaseStream.WriteAsync(silence, TestContext.Current.CancellationToken);
                if (written > 1 << 20 && !signalled)
                {
                    signalled = true;
                    using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                    await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
                }
            }
        }
        catch (IOException)
        {
            // The program has gone.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(130, await error);
        (await error).ShouldContain("Interrupted");
        _folder.Files.ShouldBeEmpty();
    }

    private static string Sample(string name) => Path.Combine(TestPaths.Samples, name);

    /// <summary>16 kHz, mono, 16 bit, of unknown length, as programs write it into pipes.</summary>
    private static byte[] EndlessWaveHeader()
    {
        byte[] header = new byte[44];
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), uint.MaxValue);
        "WAVEfmt "u8.CopyTo(header.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), 16_000);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), 32_000);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        "data"u8.CopyTo(header.AsSpan(36));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(40), uint.MaxValue);
        return header;
    }

    private Task<CliResult> RunAsync(params string[] args) => CliProcess.RunAsync(_folder.Root, args);
}
