using System.Text;
using Parley.Models.Onnx;

namespace Parley.Models;

/// <summary>Finds out, without loading it, whether a file can be an ONNX model: mixed-up downloads are found before ONNX Runtime sees them.</summary>
/// <remarks>An ONNX file is one protobuf message (ModelProto): a sequence of key, value; the values' lengths must end where the file ends.</remarks>
internal static class OnnxFileCheck
{
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

        try
        {
            if (!WireFormat.Fields(stream, 0, stream.Length).Any(field => field.Number == OnnxSchema.Model.Graph))
                throw new ModelFileException(path, $"{path} holds no graph; expected an ONNX model. It may be cut off or another kind of file.");
        }
        catch (WireFormatException error)
        {
            throw !error.IsCut ? NotOnnx(path, error.At)
                : new ModelFileException(path, error.Needed is { } needed
                    ? $"{path} is cut off: it has {stream.Length} bytes, its contents need {needed}. Fetch the file again."
                    : $"{path} is cut off after {stream.Length} bytes. Fetch the file again.");
        }
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
