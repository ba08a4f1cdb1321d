namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>What one file declares.</summary>
public sealed class BicepFile(string path, BicepNode root)
{
    private static readonly string[] Bodies = ["object", "if_statement", "for_statement"];

    public string Path { get; } = path;

    public string Name { get; } = System.IO.Path.GetFileName(path);

    public BicepNode Root { get; } = root;

    public IReadOnlyList<Declaration> Parameters => Declared("parameter_declaration");

    public IReadOnlyList<Declaration> Variables => Declared("variable_declaration");

    public IReadOnlyList<Declaration> Resources => Declared("resource_declaration");

    public IReadOnlyList<Declaration> Modules => Declared("module_declaration");

    public IReadOnlyList<Declaration> Outputs => Declared("output_declaration");

    public IReadOnlyList<Declaration> Types => Declared("type_declaration");

    /// <summary>Names taken from other files, and the file.</summary>
    public IEnumerable<(string Name, string From)> Imports => Root.Children.Where(node => node.Type == "import_functionality")
        .SelectMany(import => import.Children.Where(c => c.Type == "identifier").Select(c => (c.Text, import.Children[^1].Unquoted)));

    /// <summary>The variable's value.</summary>
    public BicepNode Variable(string name) => Variables.Single(variable => variable.Name == name).Node.Children[^1];

    private List<Declaration> Declared(string type)
    {
        var found = new List<Declaration>();
        for (var i = 0; i < Root.Children.Count; i++)
        {
            if (Root.Children[i].Type == type)
                found.Add(new(Root.Children[i], i > 0 && Root.Children[i - 1].Type == "decorators" ? Root.Children[i - 1] : null));
        }

        return found;
    }

    public sealed record Declaration(BicepNode Node, BicepNode? Decorators)
    {
        public string Name => Node.Children.First(child => child.Type == "identifier").Text;

        /// <summary>Type and version of a resource, file of a module.</summary>
        public string Of => Node.Children.First(child => child.Type == "string").Unquoted;

        public bool IsExisting => Node.Text.Split('\n')[0].Contains(" existing =", StringComparison.Ordinal);

        public BicepNode Body => Node.Children.First(child => Bodies.Contains(child.Type)) is { Type: not "object" } wrapped
            ? wrapped.Children[^1]
            : Node.Children.First(child => child.Type == "object");

        public bool HasDefault => Node.Children[^1].Type != "type";

        public bool Has(string decorator) =>
            Decorators?.OfType("call_expression").Any(call => call.Children[0].Text == decorator) ?? false;
    }
}
