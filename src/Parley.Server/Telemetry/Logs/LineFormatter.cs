using System.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Parley.Server.Telemetry.Logs;

/// <summary>
/// Lays out a message as one line (a stack trace follows on its own). Control characters become blanks, so that nothing that a client sent can
/// begin a line of its own or command a terminal.
/// </summary>
internal sealed class LineFormatter(string template) : ITextFormatter
{
    private readonly MessageTemplateTextFormatter _formatter = new(template);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using StringWriter text = new() { NewLine = "\n" };
        _formatter.Format(logEvent, text);
        StringBuilder line = text.GetStringBuilder();
        int end = line.Length;
        while (end > 0 && line[end - 1] is '\n' or '\r')
            end--;
        for (int i = 0; i < end; i++)
        {
            if (char.IsControl(line[i]) && !(logEvent.Exception is not null && line[i] is '\n'))
                line[i] = ' ';
        }

        output.Write(line.ToString(0, end));
        output.Write('\n');
    }
}
