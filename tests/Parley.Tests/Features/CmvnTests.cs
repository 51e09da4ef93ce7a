using Parley.Features;
using Parley.Models;

namespace Parley.Tests.Features;

public sealed class CmvnTests : IDisposable
{
    private const string Good = "<Nnet>\n<Splice> 2 2\n[ 0 ]\n<AddShift> 2 2\n<LearnRateCoef> 0 [ -8.5 1e-3 ]\n<Rescale> 2 2\n<LearnRateCoef> 0 [ 0.5 2 ]\n</Nnet>\n";
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"parley-{Guid.NewGuid():N}.mvn");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(Good)]
    [InlineData("<Nnet> \r\n<AddShift> 2 2 \r\n<LearnRateCoef> 0 [ -8.5 1e-3 ]\r\n<Rescale> 2 2\r\n<LearnRateCoef> 0 [ 0.5 2 ]\r\n</Nnet> \r\n")]
    public void Apply_adds_then_multiplies(string text)
    {
        File.WriteAllText(_path, text);
        float[] rows = [1, 2, 3, 4];

        Cmvn.Load(_path, 2).Apply(rows);

        rows.ShouldBe([(1 - 8.5f) * 0.5f, (2 + 1e-3f) * 2, (3 - 8.5f) * 0.5f, (4 + 1e-3f) * 2]);
    }

    [Theory]
    [InlineData("", "no <AddShift> block")]
    [InlineData("not a Kaldi file", "no <AddShift> block")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2 ]", "no <Rescale> block")]
    [InlineData("<AddShift>", "expected \"<AddShift> D D")]
    [InlineData("<AddShift> 2 2 [ 1 2 ] <Rescale> 2 2 [ 1 2 ]", "expected \"<AddShift> D D")]
    [InlineData("<AddShift> 2 3 <LearnRateCoef> 0 [ 1 2 ]", "declares 2 x 3")]
    [InlineData("<AddShift> 0 0 <LearnRateCoef> 0 [ ]", "declares 0 x 0")]
    [InlineData("<AddShift> 99999999 99999999 <LearnRateCoef> 0 [ 1 ]", "declares 99999999")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 ]", "declares 2 values and holds 1")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 2", "no closing bracket")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 two ]", "\"two\" where a finite number")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 NaN ]", "\"NaN\" where a finite number")]
    [InlineData("<AddShift> 2 2 <LearnRateCoef> 0 [ 1 1e99 ]", "\"1e99\" where a finite number")]
    [InlineData("<AddShift> 1 1 <LearnRateCoef> 0 [ 1 ] <Rescale> 2 2 <LearnRateCoef> 0 [ 1 2 ]", "<AddShift> has 1 values, <Rescale> has 2")]
    [InlineData(Good + Good, "more than one <AddShift>")]
    public void Load_says_what_is_wrong(string text, string expected)
    {
        File.WriteAllText(_path, text);
        ModelFileException error = Should.Throw<ModelFileException>(() => Cmvn.Load(_path, 2));
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain(_path);
        error.Path.ShouldBe(_path);
    }

    [Fact]
    public void Load_refuses_another_size_than_the_models()
    {
        File.WriteAllText(_path, Good);
        Should.Throw<ModelFileException>(() => Cmvn.Load(_path, 560)).Message.ShouldContain("rows of 2 values, but the model takes 560");
    }

    [Fact]
    public void Load_refuses_a_huge_file_unread()
    {
        using (FileStream file = File.Create(_path))
            file.SetLength(1L << 32);
        Should.Throw<ModelFileException>(() => Cmvn.Load(_path, 2)).Message.ShouldContain("4,294,967,296 bytes");
    }

    [Fact]
    public void Load_names_a_missing_file() => Should.Throw<ModelFileException>(() => Cmvn.Load(_path, 2)).Message.ShouldContain("not found");

    [Fact]
    public void Load_refuses_a_directory() => Should.Throw<ModelFileException>(() => Cmvn.Load(Path.GetTempPath(), 2)).Message.ShouldContain("cannot be read");

    [Fact]
    public void Apply_refuses_half_a_row()
    {
        Cmvn cmvn = new([1, 2], [1, 2]);
        Should.Throw<ArgumentOutOfRangeException>(() => cmvn.Apply(new float[3]));
    }
}
