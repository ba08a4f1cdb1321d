namespace AtpKeyserver.Tlog;

/// <summary>The hashes of a tree's nodes, already in memory. To load them first, ask a proof which it needs.</summary>
public interface INodeHashes
{
    /// <summary>The hash of a node over a complete subtree.</summary>
    public Hash Get(NodeAddress node);
}
