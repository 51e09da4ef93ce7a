namespace Parley.Models.Onnx;

/// <summary>Who makes the values of a graph, and who reads them. Immutable.</summary>
internal sealed class GraphLinks
{
    private readonly OnnxModel _model;
    private readonly Dictionary<string, OnnxNode> _makers = new(StringComparer.Ordinal);
    private readonly ILookup<string, OnnxNode> _readers;

    /// <param name="model">The graph.</param>
    public GraphLinks(OnnxModel model)
    {
        _model = model;
        foreach (OnnxNode node in model.Nodes)
        {
            foreach (string output in node.Outputs)
                _makers.TryAdd(output, node);
        }

        _readers = model.Nodes.SelectMany(node => node.Inputs.Select(input => (Input: input, Node: node))).ToLookup(use => use.Input, use => use.Node, StringComparer.Ordinal);
    }

    /// <summary>The node that makes a value; null for a tensor of the file, or what comes from outside.</summary>
    public OnnxNode? Maker(string name) => _makers.GetValueOrDefault(name);

    /// <summary>The nodes that read a value; one that reads it twice stands here twice.</summary>
    public IEnumerable<OnnxNode> Readers(string name) => _readers[name];

    /// <summary>The one node that reads a value; null when there are none or several, or the graph gives it out.</summary>
    public OnnxNode? OnlyReader(string name)
        => !_model.Outputs.Contains(name) && _readers[name].Take(2).ToArray() is [OnnxNode reader] ? reader : null;

    /// <summary>Takes out nodes of which nobody reads anything once some have changed.</summary>
    /// <param name="edit">Receives the changes.</param>
    /// <param name="inputs">What a node reads now; null for one that has not changed.</param>
    public void RemoveUnread(OnnxEdit edit, Func<OnnxNode, IReadOnlyList<string>?> inputs)
    {
        Dictionary<string, int> uses = new(StringComparer.Ordinal);
        foreach (string name in _model.Nodes.SelectMany(node => inputs(node) ?? node.Inputs).Concat(_model.Outputs))
            uses[name] = uses.GetValueOrDefault(name) + 1;
        Stack<OnnxNode> unread = new(_model.Nodes.Where(node => node.Outputs.All(output => !uses.ContainsKey(output))));
        HashSet<OnnxNode> removed = new(ReferenceEqualityComparer.Instance);
        while (unread.TryPop(out OnnxNode? node))
        {
            if (!removed.Add(node))
                continue;
            edit.Remove(node.Field);
            foreach (string name in inputs(node) ?? node.Inputs)
            {
                if (--uses[name] == 0 && Maker(name) is { } maker && maker.Outputs.All(output => uses.GetValueOrDefault(output) == 0))
                    unread.Push(maker);
            }
        }
    }
}
