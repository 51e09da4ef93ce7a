namespace Parley.Tests.Architecture;

/// <summary>Which way the arrows of the library point. A new room gets its place in <see cref="Rooms"/>.</summary>
internal static class HouseRules
{
    private const string Library = "Parley";

    /// <summary>In the order in which data flows: a room uses itself, rooms before it, and the foundations.</summary>
    private static readonly string[] Rooms = ["Audio", "Features", "Vad", "Asr", "Punctuation", "TextNormalization", "Speakers", "Transcripts", "Optimization"];

    /// <summary>Every room may use these; they use themselves and those before them.</summary>
    private static readonly string[] Foundations = ["Models", "Inference"];

    /// <summary>What only one room may touch (null: none), by the beginning of a full name; a dot at the end means the namespace.</summary>
    private static readonly (string Name, string? Room, string Reason)[] Reserved =
    [
        ("Microsoft.ML.OnnxRuntime.", "Inference", "only Inference knows ONNX Runtime"),
        ("System.Diagnostics.Process", "Audio", "only Audio starts processes"),
        ("System.Net.", "Models.Downloads", "only Models.Downloads knows the network"),
        ("Microsoft.AspNetCore.", null, "the library knows no server"),
        ("System.Console", null, "the library knows no console"),
    ];

    /// <summary>What is wrong with these uses, one sentence each; empty when the house stands.</summary>
    public static List<string> Violations(IEnumerable<TypeUse> uses)
    {
        List<string> violations = [];
        foreach (TypeUse use in uses.Distinct().OrderBy(use => use.From, StringComparer.Ordinal).ThenBy(use => use.To, StringComparer.Ordinal))
        {
            // Types that the compiler and source generators make up outside our namespaces have no room.
            if (Room(use.FromNamespace) is not string from)
                continue;
            foreach ((string name, string? room, string reason) in Reserved)
            {
                if ((use.To + ".").StartsWith(name, StringComparison.Ordinal) && !Lies(use.FromNamespace, room))
                    violations.Add($"{use.From} uses {use.To}, but {reason}.");
            }

            if (Room(use.ToNamespace) is string to && from != to && !MayUse(from, to))
                violations.Add($"{use.From} uses {use.To}: {Describe(from)} must not use {Describe(to)}.");
        }

        return violations;
    }

    private static bool MayUse(string from, string to)
    {
        if (from.Length == 0) // the main path knows every room
            return Known(to);
        int foundation = Array.IndexOf(Foundations, from), room = Array.IndexOf(Rooms, from);
        if (foundation >= 0)
            return Array.IndexOf(Foundations, to, 0, foundation) >= 0;
        return room >= 0 && (Array.IndexOf(Foundations, to) >= 0 || Array.IndexOf(Rooms, to, 0, room) >= 0);
    }

    private static bool Lies(string space, string? room) => room is not null && (space + ".").StartsWith($"{Library}.{room}.", StringComparison.Ordinal);

    private static bool Known(string room) => Rooms.Contains(room) || Foundations.Contains(room);

    /// <summary><c>Asr</c> for Parley.Asr and all below it, empty for Parley itself, null for what is not ours.</summary>
    private static string? Room(string space)
        => space == Library ? "" : space.StartsWith(Library + ".", StringComparison.Ordinal) ? space.Split('.')[1] : null;

    private static string Describe(string room)
        => room.Length == 0 ? "the main path" : Known(room) ? room : $"{room} (which has no place in HouseRules.Rooms)";
}
