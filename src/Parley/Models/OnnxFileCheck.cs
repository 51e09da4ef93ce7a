using System.Text;

namespace Parley.Models;

/// <summary>Finds out, without loading it, whether a file can be an ONNX model: mixed-up downloads are found before ONNX Runtime sees them.</summary>
/// <remarks>An ONNX file is one protobuf message (ModelProto): a sequence of key, value; the values' lengths must end where the file ends.</remarks>
internal static class OnnxFileCheck
{
    private const int GraphField = 7;

    /// <summary>Checks one file.</summary>
    /// <exception cref="ModelFileException">It is empty, a pointer of git-lfs, a web page, cut off, or something else.</exception>
    public static void Check(string path)
    {
        using FileStream stream = Open(path);
        if (stream.Length == 0)
            throw new ModelFileException(path, $"{path} is empty; expected an ONNX model. Fetch the file again.");
        Span<byte> head = stackalloc byte[256];
        string start = Encoding.Latin1.GetString(head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
        if (start.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            throw new ModelFileException(path, $"{path} is a git-lfs pointer of {stream.Length} bytes, not the model itself. Run `git lfs pull` where it was cloned, or fetch the file.");
        if (start.TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\r', '\n', '\t') is ['<' or '{', ..] text)
            throw new ModelFileException(path, $"{path} is {(text[0] == '<' ? "a web page" : "a JSON text")}, not an ONNX model: the download answered with a message. Fetch the file again.");

        stream.Position = 0;
        bool hasGraph = false;
        while (stream.Position < stream.Length)
        {
            long at = stream.Position;
            ulong key = ReadVarint(stream, path);
            ulong length = (key & 7) switch
            {
                0 => SkipVarint(stream, path),
                1 => 8,
                2 => ReadVarint(stream, path),
                5 => 4,
                _ => throw NotOnnx(path, at),
            };
            if (length > (ulong)(stream.Length - stream.Position))
            {
                // Wrong sizes in the first bytes mean that these bytes are no sizes at all.
                throw key >> 3 is > 0 and < 64
                    ? new ModelFileException(path, $"{path} is cut off: it has {stream.Length} bytes, its contents need {stream.Position + (decimal)length}. Fetch the file again.")
                    : NotOnnx(path, at);
            }

            hasGraph |= key >> 3 == GraphField;
            stream.Position += (long)length;
        }

        if (!hasGraph)
            throw new ModelFileException(path, $"{path} holds no graph; expected an ONNX model. It may be cut off or another kind of file.");
    }

    private static ulong SkipVarint(FileStream stream, string path)
    {
        ReadVarint(stream, path);
        return 0;
    }

    private static ulong ReadVarint(FileStream stream, string path)
    {
        ulong value = 0;
        long at = stream.Position;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                throw new ModelFileException(path, $"{path} is cut off after {stream.Length} bytes. Fetch the file again.");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw NotOnnx(path, at);
    }

    private static ModelFileException NotOnnx(string path, long at)
        => new(path, $"{path} is not an ONNX model: the bytes at {at} belong to another kind of file. Is it a PyTorch or TensorFlow file by mistake?");

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"Cannot read {path}: {error.Message}", error);
        }
    }
}
