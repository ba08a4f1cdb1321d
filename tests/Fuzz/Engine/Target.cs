namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>A parser to test, and the invariants that must hold for any input.</summary>
internal abstract class Target(string name, params Type[] covered)
{
    /// <summary>The name of its folder in Corpus and Findings.</summary>
    public string Name => name;

    /// <summary>The types whose coverage is reported.</summary>
    public IReadOnlyList<Type> Covered => covered;

    /// <summary>The longest input in bytes: slightly above the product's limit.</summary>
    public virtual int MaxLength => 512;

    /// <summary>Divides the number of executions: cryptography is slow.</summary>
    public virtual int Cost => 1;

    /// <summary>Words to try in addition to the literals in the product's code.</summary>
    public virtual IEnumerable<string> Words => [];

    /// <summary>The allocation limit of the product for one input, in bytes.</summary>
    public virtual long MaxAllocation => 1 << 20;

    /// <summary>
    /// True if the input was accepted, false if it was refused in the documented way; throws for anything else.
    /// </summary>
    public abstract bool Run(byte[] input);
}
