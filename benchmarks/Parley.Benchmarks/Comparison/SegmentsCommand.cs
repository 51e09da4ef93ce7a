using System.CommandLine;
using System.Runtime.InteropServices;
using Parley.Asr;
using Parley.Audio;
using Parley.Features;
using Parley.Inference;
using Parley.Models;
using Parley.Vad;

namespace Parley.Benchmarks.Comparison;

/// <summary><c>segments</c>: cuts a recording where the pipeline cuts it, for programs that are to recognise the same samples.</summary>
internal sealed class SegmentsCommand : Command
{
    private readonly Option<FileInfo> _audio = new("--audio") { Required = true, Description = "A recording." };
    private readonly Option<DirectoryInfo> _output = new("--output") { Required = true, Description = "Receives list.txt and one file a segment: 32-bit floats, little-endian, 16 kHz." };
    private readonly BundleOptions _bundle;

    public SegmentsCommand()
        : base("segments", "Cut a recording into segments of speech.")
    {
        Add(_audio);
        Add(_output);
        _bundle = new BundleOptions(this);
        SetAction((parsed, cancellationToken) => Task.FromResult(Run(parsed, cancellationToken)));
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        ModelBundle bundle = _bundle.Load(parsed);
        string folder = parsed.GetRequiredValue(_output).FullName;
        Directory.CreateDirectory(folder);
        using AudioSource audio = AudioFile.Open(parsed.GetRequiredValue(_audio).FullName, new AudioOptions(), cancellationToken);
        using FsmnVadDetector vad = new(
            ModelSession.Load(bundle.Vad.ModelPath, new InferenceOptions { Threads = 1 }),
            Cmvn.Load(bundle.Vad.CmvnPath, 400),
            VadSettings.For(bundle.Vad.Config, new PipelineOptions()));
        List<string> names = [];
        foreach (SpeechSegment segment in new SpeechSegmenter(new FbankExtractor(FbankOptions.Asr), vad, new StageClock()).Segments(audio, static _ => { }, cancellationToken))
        {
            string name = $"{names.Count:D4}.f32";
            File.WriteAllBytes(Path.Combine(folder, name), MemoryMarshal.AsBytes(segment.Samples.Span).ToArray());
            names.Add(name);
        }

        File.WriteAllLines(Path.Combine(folder, "list.txt"), names);
        return 0;
    }
}
