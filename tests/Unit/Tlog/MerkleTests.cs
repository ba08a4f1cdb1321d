using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>The Merkle tree of RFC 6962, with roots known from its reference implementation.</summary>
public sealed class MerkleTests
{
    private const int MaxSize = 300;

    /// <summary>Leaves and roots of the test data of google/certificate-transparency.</summary>
    private static readonly (string Leaf, string Root)[] Known =
    [
        ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        ),
    ];

    private static readonly ReferenceTree Tree = ReferenceTree.OfNumbers(MaxSize);

    [Fact]
    public void Roots_are_the_known_ones()
    {
        var edge = new RightEdge();
        Assert.Equal(Convert.FromHexString("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            edge.Root().Span);
        foreach (var (leaf, root) in Known)
        {
            edge.Append(TreeHash.Leaf(Convert.FromHexString(leaf)));
            Assert.Equal(root, Convert.ToHexStringLower(edge.Root().Span));
        }
    }

    [Fact]
    public void The_right_edge_gives_every_root_and_can_be_stored()
    {
        var edge = new RightEdge();
        for (var size = 0; size < MaxSize; size++)
        {
            Assert.Equal(size, edge.Size);
            Assert.Equal(Tree.Hash(0, size), edge.Root());
            edge = new RightEdge(edge.Size, edge.Hashes);
            edge.Append(ReferenceTree.Number(size));
        }
    }

    [Fact]
    public void Every_inclusion_proof_is_the_one_of_the_RFC_and_verifies()
    {
        for (var size = 1; size <= MaxSize; size++)
        {
            var root = Tree.Hash(0, size);
            for (var index = 0; index < size; index++)
            {
                var proof = InclusionProof.Create(index, size, Tree);
                Assert.Equal(Tree.Path(index, 0, size), proof);
                Assert.True(InclusionProof.Verify(ReferenceTree.Number(index), index, size, proof, root));
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_is_the_one_of_the_RFC_and_verifies()
    {
        for (var size = 0; size <= MaxSize; size++)
        {
            var root = Tree.Hash(0, size);
            for (var old = 0; old <= size; old++)
            {
                var proof = ConsistencyProof.Create(old, size, Tree);
                Assert.Equal(Tree.Proof(old, size), proof);
                Assert.True(ConsistencyProof.Verify(old, Tree.Hash(0, old), size, root, proof));
            }
        }
    }

    [Fact]
    public void An_inclusion_proof_fails_after_any_change()
    {
        for (var size = 1; size <= 17; size++)
        {
            var root = Tree.Hash(0, size);
            for (var index = 0; index < size; index++)
            {
                var leaf = ReferenceTree.Number(index);
                var proof = InclusionProof.Create(index, size, Tree);
                foreach (var changed in Changes.Of([leaf, root, .. proof]))
                {
                    Assert.False(
                        InclusionProof.Verify(changed[0], index, size, changed.AsSpan(2), changed[1]));
                }

                foreach (var changed in Changes.OfLength(proof, leaf))
                    Assert.False(InclusionProof.Verify(leaf, index, size, changed, root));
                Assert.False(InclusionProof.Verify(leaf, -1, size, proof, root));
                Assert.False(InclusionProof.Verify(leaf, size, size, proof, root));
                Assert.False(InclusionProof.Verify(leaf, index, -1, proof, root));
                for (var other = 0; other < size; other++)
                    Assert.Equal(other == index, InclusionProof.Verify(leaf, other, size, proof, root));
            }
        }
    }

    [Fact]
    public void A_consistency_proof_fails_after_any_change()
    {
        for (var size = 1; size <= 17; size++)
        {
            var root = Tree.Hash(0, size);
            for (var old = 0; old <= size; old++)
            {
                var oldRoot = Tree.Hash(0, old);
                var proof = ConsistencyProof.Create(old, size, Tree);
                // The empty tree is consistent with every tree.
                var fixedRoot = old == 0;
                foreach (var changed in Changes.Of(fixedRoot ? [oldRoot] : [oldRoot, root, .. proof]))
                {
                    Assert.False(ConsistencyProof.Verify(
                        old, changed[0], size, fixedRoot ? root : changed[1], changed.AsSpan(fixedRoot ? 1 : 2)));
                }

                foreach (var changed in Changes.OfLength(proof, root))
                    Assert.False(ConsistencyProof.Verify(old, oldRoot, size, root, changed));
                Assert.False(ConsistencyProof.Verify(-1, oldRoot, size, root, proof));
                Assert.False(ConsistencyProof.Verify(size + 1, oldRoot, size, root, proof));
            }
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 1)]
    [InlineData((1L << 62) + 1)]
    [InlineData(1L << 62)]
    [InlineData((1L << 62) - 1)]
    [InlineData((1L << 32) + 5)]
    public void The_largest_trees_have_proofs(long size)
    {
        var tree = new UniformTree();
        var root = tree.Edge(size).Root();
        foreach (var index in new[] { 0, 1, size / 3, size / 2, size - 2, size - 1 })
        {
            var proof = InclusionProof.Create(index, size, tree);
            Assert.InRange(proof.Length, 1, InclusionProof.MaxLength);
            Assert.True(InclusionProof.Verify(UniformTree.Leaf, index, size, proof, root));
            var oldRoot = tree.Edge(index).Root();
            var consistency = ConsistencyProof.Create(index, size, tree);
            Assert.InRange(consistency.Length, 0, 64);
            Assert.True(ConsistencyProof.Verify(index, oldRoot, size, root, consistency));
        }
    }

    [Fact]
    public void A_tree_of_2_63_minus_1_leaves_is_full()
    {
        var edge = new UniformTree().Edge(long.MaxValue - 1);
        edge.Append(UniformTree.Leaf);
        Assert.Equal(new UniformTree().Edge(long.MaxValue).Root(), edge.Root());
        Assert.Throws<InvalidOperationException>(() => edge.Append(UniformTree.Leaf));
    }

    [Fact]
    public void Proofs_of_leaves_and_sizes_that_a_tree_does_not_have_are_refused()
    {
        foreach (var (index, size) in new[] { (0L, 0L), (-1L, 1L), (1L, 1L), (0L, -1L) })
            Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.Nodes(index, size));
        foreach (var (old, size) in new[] { (-1L, 1L), (2L, 1L), (0L, -1L) })
            Assert.Throws<ArgumentOutOfRangeException>(() => ConsistencyProof.Nodes(old, size));
        Assert.Throws<ArgumentException>(() => new RightEdge(3, [TreeHash.Empty]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RightEdge(-1, []));
    }

    [Fact]
    public void Long_entries_have_the_same_hash()
    {
        var entry = new byte[5000];
        Assert.Equal(Hash.Sha256(new byte[5001]), TreeHash.Leaf(entry));
    }
}
