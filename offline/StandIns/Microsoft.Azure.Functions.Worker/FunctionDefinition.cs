namespace Microsoft.Azure.Functions.Worker;

/// <summary>A function.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The file of the assembly with the method.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>The full name of the method.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>Given by the host, the same in every start.</summary>
    public abstract string Id { get; }

    /// <summary>As the attribute says.</summary>
    public abstract string Name { get; }
}
