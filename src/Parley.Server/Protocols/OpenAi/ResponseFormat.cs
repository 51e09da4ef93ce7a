namespace Parley.Server.Protocols.OpenAi;

/// <summary>Values of <c>response_format</c>.</summary>
internal enum ResponseFormat
{
    Json,
    Text,
    Srt,
    VerboseJson,
    Vtt,
    DiarizedJson,
}
