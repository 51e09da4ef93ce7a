using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Asr;

namespace Parley.Server.Jobs;

/// <summary>
/// What is wished of the words as rows and keys spell it: JSON with what differs from the default, and a hash of that. Nothing in particular is the empty
/// text in both, so what was computed before there were such wishes still counts.
/// </summary>
internal static class RecognitionKey
{
    // 128 bits.
    private const int HashDigits = 32;
    private const char Wish = '+';

    /// <summary>The wish as a row keeps it.</summary>
    public static string Text(RecognitionWish wish) => wish.IsNone ? "" : JsonSerializer.Serialize(wish, RecognitionJson.Default.RecognitionWish);

    /// <exception cref="JsonException">The text is none of ours.</exception>
    public static RecognitionWish Parse(string text)
        => text.Length == 0 ? RecognitionWish.None : JsonSerializer.Deserialize(text, RecognitionJson.Default.RecognitionWish) ?? RecognitionWish.None;

    /// <summary>Equal for jobs that wish the same words of the same models: empty, or 32 hexadecimal digits.</summary>
    public static string Of(JobOptions options)
    {
        string wish = Text(options.Recognition);
        return wish.Length == 0 && options.Bundle is null
            ? ""
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Bundle}\n{wish}")))[..HashDigits];
    }

    /// <summary>What rows of results and analyses are found by: the identity of the models, and behind it the wish.</summary>
    /// <param name="model">Identity of the models.</param>
    /// <param name="key">As <see cref="Of"/> gives it.</param>
    public static string ModelWith(string model, string key) => key.Length == 0 ? model : $"{model}{Wish}{key}";
}

/// <summary>Wishes as JSON. Defaults are left out: a property that is added later changes no text of before.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RecognitionWish))]
internal sealed partial class RecognitionJson : JsonSerializerContext;
