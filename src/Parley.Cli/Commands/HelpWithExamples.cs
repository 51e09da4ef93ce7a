using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Parley.Cli.Commands;

/// <summary>The usual help, then the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // The library calls the program by its file's name.
        TextWriter output = parseResult.InvocationConfiguration.Output;
        using StringWriter text = new();
        parseResult.InvocationConfiguration.Output = text;
        int exitCode = help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(text.ToString().Replace(RootCommand.ExecutableName + " ", "parley ", StringComparison.Ordinal).Replace(Environment.NewLine, "\n", StringComparison.Ordinal).TrimEnd('\n') + "\n\n");

        string examples = parseResult.CommandResult.Command switch
        {
            ExampleCommand command => command.Examples,
            RootCommand => """
                parley transcribe meeting.m4a                     the transcript on standard output
                parley transcribe *.m4a --speakers 2 -f srt       subtitles beside each recording
                parley models list                                which models are installed
                parley devices                                    what models can run on here
                """,
            _ => string.Empty,
        };
        if (examples.Length > 0)
        {
            output.Write("Examples:\n");
            foreach (string line in examples.Split('\n'))
                output.Write($"  {line.TrimEnd()}\n");
            output.Write('\n');
        }

        return exitCode;
    }
}
