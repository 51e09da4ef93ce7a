using System.CommandLine;

namespace Parley.Cli.Commands;

/// <summary>A command whose help ends with worked examples.</summary>
/// <param name="name">What people type.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Complete command lines with what they do, one a line.</param>
internal abstract class ExampleCommand(string name, string description, string examples) : Command(name, description)
{
    public string Examples { get; } = examples;
}
