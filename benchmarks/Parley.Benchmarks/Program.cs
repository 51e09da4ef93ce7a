using System.CommandLine;
using BenchmarkDotNet.Running;
using Parley.Benchmarks.Comparison;

// What eng/bench.sh asks for; everything else is for BenchmarkDotNet (--filter, --list flat, --job short).
Command[] measured = [new SegmentsCommand(), new RecognizeCommand(), new TranscribeCommand(), new MatrixCommand(), new OperatorsCommand(), new WindowsCommand()];
if (args.Length == 0 || !measured.Any(command => string.Equals(command.Name, args[0], StringComparison.Ordinal)))
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

RootCommand root = new("Measurements of Parley. Without one of these commands: the benchmarks of kernels, with BenchmarkDotNet's options.");
foreach (Command command in measured)
    root.Add(command);
return await root.Parse(args).InvokeAsync().ConfigureAwait(false);
