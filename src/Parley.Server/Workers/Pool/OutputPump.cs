using System.Text;

namespace Parley.Server.Workers.Pool;

/// <summary>Reads what a process writes, always and to the end: a process whose pipe is full stands still. Keeps the last lines. Safe for concurrent use.</summary>
internal sealed class OutputPump(WorkerOutput output)
{
    private const int LastLinesKept = 5;

    // Longer lines, and what is no text at all, are cut into such pieces.
    private const int MaxLine = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = [];

    /// <summary>The last lines, for those who want to know why it ended.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_lock)
                return [.. _last];
        }
    }

    /// <summary>Reads until the pipe ends.</summary>
    public async Task DrainAsync(StreamReader reader)
    {
        char[] buffer = new char[4096];
        StringBuilder line = new();
        int count;
        while ((count = await ReadAsync(reader, buffer)) > 0)
        {
            foreach (char next in buffer.AsMemory(0, count).ToArray())
            {
                if (next is not '\n')
                    line.Append(char.IsControl(next) && next is not '\t' ? ' ' : next);
                if (next is '\n' || line.Length >= MaxLine)
                    Keep(line);
            }
        }

        Keep(line);
    }

    private static async Task<int> ReadAsync(StreamReader reader, char[] buffer)
    {
        try
        {
            return await reader.ReadAsync(buffer);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return 0; // the process is gone, or given up
        }
    }

    private void Keep(StringBuilder line)
    {
        string text = line.ToString().TrimEnd();
        line.Clear();
        if (text.Length == 0)
            return;
        output.Write(text);
        lock (_lock)
        {
            _last.Enqueue(text);
            if (_last.Count > LastLinesKept)
                _last.Dequeue();
        }
    }
}
