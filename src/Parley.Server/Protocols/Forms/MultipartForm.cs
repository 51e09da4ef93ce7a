using Parley.Server.Protocols.Uploads;

namespace Parley.Server.Protocols.Forms;

/// <summary>A form that has arrived: its file is on disk, its fields are as they were sent. Disposing deletes the files that are still there.</summary>
internal sealed class MultipartForm : IDisposable
{
    private readonly Dictionary<string, List<string>> _fields = new(StringComparer.Ordinal);

    /// <summary>The part <c>file</c>; null when there was none.</summary>
    public SpooledPayload? File { get; private set; }

    /// <summary>Files of other fields that the door takes to disk, in the order in which they came.</summary>
    public List<SpooledPayload> Attachments { get; } = [];

    /// <summary>As the client calls it, without folders; never part of a path.</summary>
    public string FileName { get; private set; } = "";

    /// <summary>What the client says that the file is; null when it says nothing.</summary>
    public string? ContentType { get; private set; }

    /// <summary>Plain names of all fields but files.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>All values of a field in the order in which they came, under its plain name: <c>include</c> for <c>include[]</c> and <c>include[0]</c>.</summary>
    public IReadOnlyList<string> Values(string name) => _fields.TryGetValue(name, out List<string>? values) ? values : [];

    /// <summary>The value of a field that is no list; null when it is missing or empty.</summary>
    /// <exception cref="FormException">It was sent more than once.</exception>
    public string? Value(string name)
    {
        IReadOnlyList<string> values = Values(name);
        if (values.Count > 1)
            throw FormException.Invalid(name, $"The field {name} was sent {values.Count} times. Send it once.");
        return values is [{ Length: > 0 } value] ? value : null;
    }

    /// <summary>Names of fields in brackets behind a name: <c>type</c> for <c>chunking_strategy[type]</c>.</summary>
    public IEnumerable<string> Members(string name)
        => _fields.Keys.Where(key => key.StartsWith(name + '[', StringComparison.Ordinal) && key.EndsWith(']')).Select(key => key[(name.Length + 1)..^1]);

    public void Add(string name, string value)
    {
        string key = PlainName(name);
        if (!_fields.TryGetValue(key, out List<string>? values))
            _fields.Add(key, values = []);
        values.Add(value);
    }

    /// <exception cref="FormException">There is one already; this one is deleted.</exception>
    public void Add(SpooledPayload file, string fileName, string? contentType)
    {
        if (File is not null)
        {
            file.Dispose();
            throw FormException.Invalid("file", "Two files were sent. Send one file in each request.");
        }

        (File, FileName, ContentType) = (file, fileName, contentType);
    }

    public void Dispose()
    {
        File?.Dispose();
        Attachments.ForEach(attachment => attachment.Dispose());
    }

    /// <summary>A field's name without the brackets that mark a list.</summary>
    public static string PlainName(string name)
    {
        int open = name.LastIndexOf('[');
        bool isList = open > 0 && name[^1] == ']' && name.AsSpan(open + 1, name.Length - open - 2).IndexOfAnyExceptInRange('0', '9') < 0;
        return isList ? name[..open] : name;
    }
}
