using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.OnnxRuntime;

namespace Parley.Tests.Architecture;

public sealed partial class ArchitectureTests
{
    [GeneratedRegex(@"^\| `(\w+)/` \|.*\| ([^|]+) \|$", RegexOptions.Multiline, 1000)]
    private static partial Regex ServerRoom();

    private static string Assembly(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    [Fact]
    public void Rooms_use_earlier_rooms_only()
    {
        IReadOnlyCollection<TypeUse> uses = TypeUseReader.Read(Assembly("Parley"));

        // The reader sees what is certainly there, so that an empty result means something.
        uses.ShouldContain(use => use.FromNamespace == "Parley.Transcripts" && use.To == "Parley.Asr.Word");
        uses.ShouldContain(use => use.FromNamespace == "Parley.Inference" && use.ToAssembly == "Microsoft.ML.OnnxRuntime");
        HouseRules.Violations(uses).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Parley.Vad.FsmnVad", "Parley.Features.FbankExtractor", null)]
    [InlineData("Parley.Transcripts.Cues.Cue", "Parley.Audio.AudioClock", null)]
    [InlineData("Parley.Asr.Recognizer", "Parley.Inference.ModelSession", null)]
    [InlineData("Parley.Audio.WavReader", "Parley.Models.ModelFile", null)]
    [InlineData("Parley.Inference.ModelSession", "Parley.Models.ModelFileException", null)]
    [InlineData("Parley.TranscriptionPipeline", "Parley.Speakers.Diarizer", null)]
    [InlineData("Parley.Inference.Devices.Cpu", "Microsoft.ML.OnnxRuntime.SessionOptions", null)]
    [InlineData("Parley.Audio.FfmpegSource", "System.Diagnostics.ProcessStartInfo", null)]
    [InlineData("Parley.Vad.FsmnVad", "System.Diagnostics.Stopwatch", null)]
    [InlineData("System.Text.RegularExpressions.Generated.Match", "Parley.Vad.FsmnVad", null)]
    [InlineData("Parley.Vad.FsmnVad", "Parley.Asr.Word", "Vad must not use Asr")]
    [InlineData("Parley.Audio.Deep.Inside", "Parley.Transcripts.Transcript", "Audio must not use Transcripts")]
    [InlineData("Parley.Models.ModelBundle", "Parley.Inference.ModelSession", "Models must not use Inference")]
    [InlineData("Parley.Models.ModelBundle", "Parley.Vad.VadOptions", "Models must not use Vad")]
    [InlineData("Parley.Inference.ModelSession", "Parley.Audio.AudioClock", "Inference must not use Audio")]
    [InlineData("Parley.Transcripts.TranscriptWriter", "Parley.TranscriptionPipeline", "Transcripts must not use the main path")]
    [InlineData("Parley.Kitchen.Cook", "Parley.Audio.AudioClock", "Kitchen (which has no place in HouseRules.Rooms) must not use Audio")]
    [InlineData("Parley.TranscriptionPipeline", "Parley.Kitchen.Cook", "the main path must not use Kitchen (which has no place in HouseRules.Rooms)")]
    [InlineData("Parley.Vad.FsmnVad", "Microsoft.ML.OnnxRuntime.InferenceSession", "only Inference knows ONNX Runtime")]
    [InlineData("Parley.TranscriptionPipeline", "Microsoft.ML.OnnxRuntime.OrtValue", "only Inference knows ONNX Runtime")]
    [InlineData("Parley.Models.Fetch", "System.Diagnostics.Process", "only Audio starts processes")]
    [InlineData("Parley.Models.Downloads.HubClient", "System.Net.Http.HttpClient", null)]
    [InlineData("Parley.Models.Fetch", "System.Net.Http.HttpClient", "only Models.Downloads knows the network")]
    [InlineData("Parley.Audio.Fetch", "System.Net.Http.HttpClient", "only Models.Downloads knows the network")]
    [InlineData("Parley.Audio.Host", "Microsoft.AspNetCore.Http.HttpContext", "the library knows no server")]
    [InlineData("Parley.Asr.Printer", "System.Console", "the library knows no console")]
    public void Step_backwards_is_found(string from, string to, string? expected)
    {
        List<string> violations = HouseRules.Violations([new TypeUse(from, to, "Some.Assembly")]);
        if (expected is null)
            violations.ShouldBeEmpty();
        else
            violations.ShouldHaveSingleItem().ShouldBe(expected.Contains(" must not use ") ? $"{from} uses {to}: {expected}." : $"{from} uses {to}, but {expected}.");
    }

    [Fact]
    public void Reader_sees_into_method_bodies()
    {
        string from = typeof(OnlyInABody).FullName!;
        string[] used = [.. TypeUseReader.Read(Assembly("Parley.Tests")).Where(use => use.From == from).Select(use => use.To)];
        used.ShouldContain("Microsoft.ML.OnnxRuntime.OrtEnv"); // a call
        used.ShouldContain("System.Diagnostics.Process"); // an argument of a generic type
        used.ShouldContain("System.ConsoleColor"); // a cast, behind a switch instruction
        used.ShouldContain("System.IO.InvalidDataException"); // a catch clause
    }

    [Fact]
    public void Pointers_are_for_kernels_alone()
    {
        string library = Path.Combine(TestPaths.RepositoryRoot, "src", "Parley"), kernels = Path.Combine(library, "Inference", "Kernels");
        string[] unsafeFiles = [.. Directory.GetFiles(library, "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Any(line => line.Contains(" unsafe ", StringComparison.Ordinal) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))];

        unsafeFiles.ShouldNotBeEmpty();
        unsafeFiles.ShouldAllBe(file => file.StartsWith(kernels, StringComparison.Ordinal));
    }

    [Fact]
    public void Assemblies_refer_one_way()
    {
        string[] onnxRuntime = Ours("Microsoft.ML.OnnxRuntime"), library = Ours("Parley"), server = Ours("Parley.Server"), commandLine = Ours("Parley.Cli");
        onnxRuntime.ShouldBeEmpty();
        library.ShouldBe(["Microsoft.ML.OnnxRuntime"]);
        server.ShouldBe(["Parley"]);
        commandLine.ShouldBe(["Parley", "Parley.Server"], ignoreOrder: true);

        static string[] Ours(string name) => [.. TypeUseReader.ReferencedAssemblies(Assembly(name))
            .Where(reference => reference.StartsWith("Parley", StringComparison.Ordinal) || reference == "Microsoft.ML.OnnxRuntime")];
    }

    [Fact]
    public void Rooms_of_the_server_use_what_their_table_says()
    {
        Dictionary<string, string[]> allowed = ServerRoom().Matches(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "src", "Parley.Server", "README.md")))
            .ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value.Split(", "), StringComparer.Ordinal);
        (string From, string To, string Use)[] crossings = [.. TypeUseReader.Read(Assembly("Parley.Server"))
            .Select(use => (From: Room(use.FromNamespace), To: Room(use.ToNamespace), Use: $"{use.From} uses {use.To}"))
            .Where(use => use.From.Length > 0 && use.To.Length > 0 && use.From != use.To)
            .Distinct()];

        allowed.Count.ShouldBeGreaterThan(5);
        crossings.ShouldContain(use => use.From == "Jobs" && use.To == "Storage");
        crossings.Where(use => !(allowed.GetValueOrDefault(use.From) is { } rooms && (rooms.Contains("all") || rooms.Contains(use.To)))).Select(use => use.Use).ShouldBeEmpty();

        static string Room(string space) => space.StartsWith("Parley.Server.", StringComparison.Ordinal) ? space.Split('.')[2] : "";
    }

    [Fact]
    public void Every_public_type_of_the_library_says_what_it_is()
    {
        XElement[] members = [.. XDocument.Load(Path.ChangeExtension(Assembly("Parley"), ".xml")).Descendants("member")];
        HashSet<string> described = [.. members
            .Where(member => member.Element("summary") is { } summary && summary.Value.Trim().Length > 0)
            .Select(member => member.Attribute("name")!.Value)];

        Type[] types = typeof(Parley.Transcripts.Transcript).Assembly.GetExportedTypes();
        types.ShouldNotBeEmpty();
        types.Select(type => "T:" + type.FullName!.Replace('+', '.')).Where(name => !described.Contains(name)).ShouldBeEmpty();
    }
}

/// <summary>Uses types nowhere but in a method body, for the test of the reader.</summary>
internal static class OnlyInABody
{
    public static string Answer(int choice)
    {
        try
        {
            return choice switch
            {
                0 => OrtEnv.Instance().GetVersionString(),
                1 => new List<System.Diagnostics.Process>().Count.ToString(),
                2 => "two",
                3 => "three",
                4 => ((object)choice is ConsoleColor).ToString(),
                _ => "",
            };
        }
        catch (InvalidDataException)
        {
            return "broken";
        }
    }
}
