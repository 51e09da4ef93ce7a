using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Parley.Models;

/// <summary>
/// Reads a configuration file that somebody else wrote. Only maps, lists and texts come out: tags are ignored, no types are made,
/// size and depth are bounded, and an alias is the node it names, never a copy.
/// </summary>
internal sealed class YamlFile
{
    /// <summary>Old exports carry their whole vocabulary (272 727 words) in the file.</summary>
    private const long MaxBytes = 32L << 20;

    /// <summary>Official files need 4 levels; reading is recursive, so the depth must have an end.</summary>
    private const int MaxDepth = 32;

    private readonly string _path;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, YamlValue> _anchors = [];

    private YamlFile(string path, TextReader reader)
    {
        _path = path;
        _parser = new Parser(reader);
    }

    /// <summary>Reads the first document of a file.</summary>
    /// <exception cref="ModelFileException">The file is missing, too large, or no YAML map.</exception>
    public static YamlValue Read(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
                throw new ModelFileException(path, $"{path} has {length} bytes; a configuration file has at most {MaxBytes}.");
            using StreamReader reader = File.OpenText(path);
            return new YamlFile(path, reader).ReadDocument();
        }
        catch (YamlException error)
        {
            throw new ModelFileException(path, $"{path} is no valid YAML (line {error.Start.Line}): {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }
    }

    private YamlValue ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _) || !_parser.Accept<MappingStart>(out _))
            throw new ModelFileException(_path, $"{_path}: expected keys and values at the top, found none. The file may be empty or not a configuration.");
        return ReadValue(string.Empty, 0);
    }

    private YamlValue ReadValue(string where, int depth)
    {
        if (depth > MaxDepth)
            throw new ModelFileException(_path, $"{_path}: more than {MaxDepth} levels at {where}; a configuration file has fewer.");

        _parser.Accept<NodeEvent>(out _); // moves on to the next event, so that it is the current one
        AnchorName anchor = _parser.Current is NodeEvent node ? node.Anchor : AnchorName.Empty;
        YamlValue value = _parser.Current switch
        {
            AnchorAlias => ReadAlias(where),
            Scalar => ReadScalar(where),
            SequenceStart => ReadList(where, depth),
            MappingStart => ReadMap(where, depth),
            _ => throw new ModelFileException(_path, $"{_path}: expected a value at {where}, found {_parser.Current}."),
        };
        if (!anchor.IsEmpty)
            _anchors[anchor] = value;
        return value;
    }

    private YamlValue ReadAlias(string where)
    {
        AnchorName name = _parser.Consume<AnchorAlias>().Value;
        return _anchors.TryGetValue(name, out YamlValue? known)
            ? known
            : throw new ModelFileException(_path, $"{_path}: {where} refers to *{name}, which is not defined before it.");
    }

    private YamlValue ReadScalar(string where)
    {
        Scalar scalar = _parser.Consume<Scalar>();
        bool isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
        return new YamlValue(_path, where, isNull ? null : scalar.Value, null, null);
    }

    private YamlValue ReadList(string where, int depth)
    {
        _parser.Consume<SequenceStart>();
        List<YamlValue> items = [];
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadValue($"{where}[{items.Count}]", depth + 1));
        return new YamlValue(_path, where, null, items, null);
    }

    private YamlValue ReadMap(string where, int depth)
    {
        _parser.Consume<MappingStart>();
        Dictionary<string, YamlValue> entries = new(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.Accept<Scalar>(out _))
                throw new ModelFileException(_path, $"{_path}: expected a plain key below {(where.Length == 0 ? "the top" : where)}, found {_parser.Current}.");
            string key = _parser.Consume<Scalar>().Value;
            entries[key] = ReadValue(where.Length == 0 ? key : $"{where}.{key}", depth + 1);
        }

        return new YamlValue(_path, where, null, null, entries);
    }
}
