using System.Buffers.Binary;
using System.Text.Json;
using Parley.Features;
using Parley.Tests.Golden;

namespace Parley.Tests.Features;

/// <summary>All arrays of the reference's front end. Tolerances are those stated beside the data, in its README.</summary>
[Trait("Group", "golden")]
public sealed class FbankGoldenTests
{
    private const string Room = "1-frontend";

    [Theory]
    [InlineData("fbank", 2e-3, 2e-5)]
    [InlineData("lfr76", 2e-3, 2e-5)]
    [InlineData("lfr76_cmvn_synthetic", 1e-3, 1e-3)]
    [InlineData("lfr76_cmvn_paraformer", 1e-3, 1e-3)]
    [InlineData("vad_lfr51_cmvn", 5e-4, 5e-4)]
    [InlineData("campplus", 2e-3, 2e-5)]
    public void Features_match_the_reference(string array, double tolerance, double meanTolerance)
    {
        JsonElement root = GoldenData.Load(Room, "cases.json");
        JsonElement parameters = root.GetProperty("parameters");
        int compared = 0;
        foreach (JsonElement golden in root.GetProperty("cases").EnumerateArray())
        {
            string what = $"{golden.GetProperty("id").GetString()} {array}";
            float[] samples = ReadWav(GoldenData.Path(Room, golden.GetProperty("wav").GetString()!));
            samples.Length.ShouldBe(golden.GetProperty("num_samples").GetInt32(), what);
            (float[] actual, int columns) = Compute(array, samples, parameters);
            JsonElement expectation = golden.GetProperty("arrays").GetProperty(array);
            compared++;
            if (expectation.TryGetProperty("raises", out _))
            {
                actual.ShouldBeEmpty(what);
                continue;
            }

            NpyArray expected = NpyArray.Load(GoldenData.Path(Room, expectation.GetProperty("file").GetString()!));
            actual.Length.ShouldBe(expectation.GetProperty("frames").GetInt32() * expectation.GetProperty("dim").GetInt32(), what);
            JsonElement rows = expectation.GetProperty("rows");
            float[] chosen = rows.ValueKind == JsonValueKind.String
                ? actual
                : [.. rows.EnumerateArray().SelectMany(row => actual[(row.GetInt32() * columns)..((row.GetInt32() + 1) * columns)])];
            Close.Within(tolerance, expected.Values, chosen, columns, what);
            Close.MeanDifference(expected.Values, chosen).ShouldBeLessThanOrEqualTo(meanTolerance, what);
        }

        compared.ShouldBeGreaterThan(0);
    }

    private static (float[] Rows, int Columns) Compute(string array, float[] samples, JsonElement parameters)
    {
        // The reference gives recordings below 25 ms a frame of their own length, except for CAM++, where it fails.
        FbankOptions options = array == "campplus" ? FbankOptions.CamPlus : FbankOptions.Asr with { ShortFrameAsReference = true };
        int dim = options.Bins;
        float[] frames = new FbankExtractor(options).Compute(samples);
        switch (array)
        {
            case "fbank":
                return (frames, dim);
            case "campplus":
                TimeMean.Subtract(frames, dim);
                return (frames, dim);
            case "vad_lfr51_cmvn":
                return Normalised(frames, dim, parameters.GetProperty("vad_lfr51"), "vad_400.am.mvn");
            case "lfr76":
                return Normalised(frames, dim, parameters.GetProperty("lfr76"), mvn: null);
            default:
                return Normalised(frames, dim, parameters.GetProperty("lfr76"), $"{array["lfr76_cmvn_".Length..]}_560.am.mvn");
        }
    }

    private static (float[] Rows, int Columns) Normalised(float[] frames, int dim, JsonElement lfr, string? mvn)
    {
        int m = lfr.GetProperty("lfr_m").GetInt32(), n = lfr.GetProperty("lfr_n").GetInt32();
        float[] rows = new float[Lfr.CountRows(frames.Length / dim, n) * m * dim];
        Lfr.Stack(frames, dim, m, n, rows);
        if (mvn is not null)
            Cmvn.Load(GoldenData.Path(Room, mvn), m * dim).Apply(rows);
        return (rows, m * dim);
    }

    // The data's own format: 16 kHz, mono, 16 bit, header of 44 bytes.
    private static float[] ReadWav(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return [.. Enumerable.Range(0, (bytes.Length - 44) / 2).Select(i => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(44 + (2 * i))) / 32_768f)];
    }
}
