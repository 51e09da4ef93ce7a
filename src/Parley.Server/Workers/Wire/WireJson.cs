using System.Text.Json.Serialization;

namespace Parley.Server.Workers.Wire;

/// <summary>JSON between server and workers. Generated, because a worker should be ready soon. Numbers keep every bit.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(WorkerStart))]
[JsonSerializable(typeof(WorkerReport))]
[JsonSerializable(typeof(WorkerLine))]
[JsonSerializable(typeof(WorkOrder))]
internal sealed partial class WireJson : JsonSerializerContext;
