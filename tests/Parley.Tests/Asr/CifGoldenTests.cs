using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Asr;
using Parley.Tests.Golden;

namespace Parley.Tests.Asr;

[Trait("Group", "golden")]
public sealed class CifGoldenTests
{
    [Fact]
    public void Token_times_and_their_text_equal_the_reference()
    {
        JsonElement golden = GoldenData.Load("3-cif-timestamps", "cases.json");
        float[] alphas = NpyArray.Load(GoldenData.Path("3-cif-timestamps", "us_alphas.npy")).Values;
        float[] peaks = NpyArray.Load(GoldenData.Path("3-cif-timestamps", "us_cif_peak.npy")).Values;
        int cases = 0;
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            string id = item.GetProperty("id").GetString()!;
            int offset = item.GetProperty("offset").GetInt32(), frames = item.GetProperty("frames").GetInt32();
            Reference result = Align(alphas.AsSpan(offset, frames), peaks.AsSpan(offset, frames), item);

            JsonElement expected = GoldenData.Expected(item);
            if (expected.TryGetProperty("raises", out _))
            {
                result.Times.ShouldBeEmpty(id);
            }
            else
            {
                result.Text.ShouldBe(expected.GetProperty("text").GetString(), id);
                result.Times.ShouldBe([.. expected.GetProperty("timestamp").EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))]);
            }

            cases++;
        }

        cases.ShouldBePositive();
    }

    /// <summary>What the recogniser's reference path does, without options that it does not have.</summary>
    [Fact]
    public void Reference_path_of_the_recogniser_gives_the_same_times()
    {
        JsonElement golden = GoldenData.Load("3-cif-timestamps", "cases.json");
        float[] alphas = NpyArray.Load(GoldenData.Path("3-cif-timestamps", "us_alphas.npy")).Values;
        float[] peaks = NpyArray.Load(GoldenData.Path("3-cif-timestamps", "us_cif_peak.npy")).Values;
        int cases = 0;
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            JsonElement parameters = item.GetProperty("params"), expected = GoldenData.Expected(item);
            if (parameters.TryGetProperty("vad_offset", out _) || parameters.TryGetProperty("force_time_shift", out _) || expected.TryGetProperty("raises", out _))
                continue;
            int offset = item.GetProperty("offset").GetInt32(), frames = item.GetProperty("frames").GetInt32();
            int upsample = parameters.TryGetProperty("upsample_rate", out JsonElement rate) ? rate.GetInt32() : 3;

            List<TokenTime> times = TokenTimes.FromCifLikeReference(alphas.AsSpan(offset, frames), peaks.AsSpan(offset, frames), TokensOf(item).Count, upsample);

            times.ShouldBe([.. expected.GetProperty("timestamp").EnumerateArray().Select(pair => new TokenTime(pair[0].GetInt32(), pair[1].GetInt32()))]);
            cases++;
        }

        cases.ShouldBePositive();
    }

    private static Reference Align(ReadOnlySpan<float> alphas, ReadOnlySpan<float> peaks, JsonElement item)
    {
        JsonElement parameters = item.GetProperty("params");
        double offsetSeconds = Number("vad_offset", 0) / 1000.0, shift = Number("force_time_shift", CifTimestamps.FireShift);
        double rate = CifTimestamps.FrameSeconds((int)Number("upsample_rate", 3));
        bool silenceInText = !parameters.TryGetProperty("sil_in_str", out JsonElement inText) || inText.GetBoolean();
        List<string> tokens = TokensOf(item);
        // The reference leaves an empty list alone, but not one that holds the end of the sentence only.
        if (item.GetProperty("tokens").GetArrayLength() == 0)
            return new Reference(string.Empty, []);

        List<CifSpan> spans = [];
        CifTimestamps.Align(alphas, peaks, tokens.Count, shift, spans);
        StringBuilder text = new();
        List<(int, int)> times = [];
        foreach (CifSpan span in spans)
        {
            double start = (span.Start * rate) + offsetSeconds, end = (span.End * rate) + offsetSeconds;
            bool silence = span.Token == CifTimestamps.Silence;
            if (!silence)
                times.Add((TokenTimes.CutMs(start), TokenTimes.CutMs(end)));
            if (!silence || silenceInText)
                text.Append(CultureInfo.InvariantCulture, $"{(silence ? "<sil>" : tokens[span.Token])} {Five(start)} {Five(end)};");
        }

        return new Reference(text.ToString(), times);

        double Number(string name, double otherwise) => parameters.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
    }

    private static List<string> TokensOf(JsonElement item)
    {
        List<string> tokens = [.. item.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()!)];
        if (tokens is [.., "</s>"])
            tokens.RemoveAt(tokens.Count - 1);
        return tokens;
    }

    /// <summary>The first five characters of a number as Python writes it.</summary>
    private static string Five(double seconds)
    {
        string text = (seconds + 0.0005).ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('.', StringComparison.Ordinal))
            text += ".0";
        return text[..Math.Min(5, text.Length)];
    }

    private sealed record Reference(string Text, List<(int StartMs, int EndMs)> Times);
}
