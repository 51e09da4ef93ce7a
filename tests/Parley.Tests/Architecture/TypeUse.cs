namespace Parley.Tests.Architecture;

/// <summary>One type mentions another: as base type, in a signature, in an attribute, or anywhere in the body of a method.</summary>
/// <param name="From">Full name of the outermost type that holds the mention.</param>
/// <param name="To">Full name of the outermost type that is mentioned.</param>
/// <param name="ToAssembly">Where the mentioned type lives.</param>
internal readonly record struct TypeUse(string From, string To, string ToAssembly)
{
    public string FromNamespace => Namespace(From);

    public string ToNamespace => Namespace(To);

    private static string Namespace(string fullName) => fullName.LastIndexOf('.') is > 0 and var dot ? fullName[..dot] : "";
}
