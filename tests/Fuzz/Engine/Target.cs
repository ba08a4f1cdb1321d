namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>A parser under attack, and what must hold of it whatever bytes it is given.</summary>
internal abstract class Target(string name, params Type[] covered)
{
    /// <summary>The name of its folder in Corpus and Findings.</summary>
    public string Name => name;

    /// <summary>The types whose coverage is reported.</summary>
    public IReadOnlyList<Type> Covered => covered;

    /// <summary>Longest input in bytes: the product's limit and a little more.</summary>
    public virtual int MaxLength => 512;

    /// <summary>One of so many executions of the bound is run: cryptography takes its time.</summary>
    public virtual int Cost => 1;

    /// <summary>Words to try besides the literals in the product's code.</summary>
    public virtual IEnumerable<string> Words => [];

    /// <summary>Bytes that one input may make the product allocate.</summary>
    public virtual long MaxAllocation => 1 << 20;

    /// <summary>True if the input was accepted, false if it was refused in the documented way; anything else is thrown.</summary>
    public abstract bool Run(byte[] input);
}
