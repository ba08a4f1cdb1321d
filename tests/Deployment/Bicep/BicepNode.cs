namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>A node of a syntax tree, as <c>Parser/parse.js</c> writes it.</summary>
public sealed record BicepNode(string Type, int Row, string Text, bool Error, IReadOnlyList<BicepNode> Children)
{
    /// <summary>This node and everything in it.</summary>
    public IEnumerable<BicepNode> All => Children.SelectMany(child => child.All).Prepend(this);

    /// <summary>The text of a string without its quotes.</summary>
    public string Unquoted => Text.Trim('\'');

    public IEnumerable<BicepNode> OfType(string type) => All.Where(node => node.Type == type);

    /// <summary>The properties of an object, by name.</summary>
    public IReadOnlyDictionary<string, BicepNode> Properties => Children.Where(child => child.Type == "object_property")
        .ToDictionary(property => property.Children[0].Unquoted, property => property.Children[^1]);

    public BicepNode? Find(string property) => Properties.GetValueOrDefault(property);
}
