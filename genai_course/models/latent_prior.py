"""A Gaussian mixture over the codes of a trained model: where in its latent space are the pictures?

A variational autoencoder is trained as if its codes were standard normal, and they never quite are. Fitting a density
to the codes afterwards ("ex-post density estimation": Ghosh et al. 2020, "From variational to deterministic
autoencoders", section 3.3) draws codes from where the pictures really are.
"""

import numpy as np
from scipy.special import logsumexp

from genai_course.checks import is_whole_number


class LatentPrior:
    """A mixture of Gaussians with full covariances.

    weights: (components,) shares that add up to 1; means: (components, d);
    factors: (components, d, d) lower triangles whose products with their transposes are the covariances.
    """

    def __init__(self, weights, means, factors):
        self.weights, self.means, self.factors = (np.asarray(part, "float64") for part in (weights, means, factors))

    @classmethod
    def standard_normal(cls, dimensions):
        """N(0, I) as a mixture of one component."""
        return cls([1.0], np.zeros((1, dimensions)), np.eye(dimensions)[None])

    @classmethod
    def fit(cls, codes, components, seed=0):
        """Fit ``components`` Gaussians to codes (n, d) by expectation maximisation.

        Raises ValueError unless ``components`` is a whole number from 1 to half the number of codes.
        """
        from sklearn.mixture import GaussianMixture

        codes = np.asarray(codes, dtype=np.float64)
        most = len(codes) // 2
        if not is_whole_number(components, 1, most):
            given = f"components is {components!r}"
            raise ValueError(f"{given}; for {len(codes)} codes give a whole number from 1 to {most}.")
        mixture = GaussianMixture(components, reg_covar=1e-4, max_iter=200, tol=1e-2, random_state=seed)
        mixture.fit(codes)
        return cls(mixture.weights_, mixture.means_, np.linalg.cholesky(mixture.covariances_))

    def sample(self, n, seed=0):
        """Draw ``n`` codes.  Returns (n, d) float32."""
        random = np.random.default_rng(seed)
        chosen = random.choice(len(self.weights), size=n, p=self.weights / self.weights.sum())
        noise = random.standard_normal((n, self.means.shape[1]))
        codes = self.means[chosen] + np.einsum("nij,nj->ni", self.factors[chosen], noise)
        return codes.astype(np.float32)

    def log_density(self, codes):
        """Natural logarithm of the density.  (n, d) -> (n,)"""
        codes = np.asarray(codes, dtype=np.float64)
        per_component = []  # each (n,)
        for weight, mean, factor in zip(self.weights, self.means, self.factors, strict=True):
            standardised = np.linalg.solve(factor, (codes - mean).T)  # (d, n)
            log_volume = np.log(np.diag(factor)).sum() + len(mean) / 2 * np.log(2 * np.pi)
            per_component.append(np.log(weight) - log_volume - np.sum(standardised**2, axis=0) / 2)
        return logsumexp(per_component, axis=0)


class DrawsFromPrior:
    """The part of a model that draws codes from a prior and decodes them: a base class beside ``keras.Model``.

    The model has ``encode(pictures) -> mean, log_variance``, ``decode(codes)``, and calls ``begin_prior`` when it is made.
    """

    def begin_prior(self, latent_dim):
        """Begin with the prior of the training, N(0, I)."""
        self.prior = LatentPrior.standard_normal(latent_dim)

    def fit_prior(self, pictures, components, seed=0):
        """Replace N(0, I) by a Gaussian mixture of ``components`` fitted to random codes of these pictures.

        ``sample`` draws from it from then on, and it is saved with the model.  Returns the model.
        Raises ValueError unless ``components`` is a whole number from 1 to half the number of pictures.
        """
        mean, log_variance = (np.asarray(part) for part in self.encode(pictures))  # (n, latent_dim) each
        noise = np.random.default_rng(seed).standard_normal(mean.shape).astype("float32")
        self.prior = LatentPrior.fit(mean + np.exp(0.5 * log_variance) * noise, components, seed)
        return self

    def sample(self, n, seed=0):
        """Draw ``n`` new pictures.  Returns (n, height, width, channels) float32 in [0, 1]."""
        return np.asarray(self.decode(self.prior.sample(n, seed)))

    def save_own_variables(self, store):
        super().save_own_variables(store)
        for name in ("weights", "means", "factors"):
            store[f"prior_{name}"] = getattr(self.prior, name)

    def load_own_variables(self, store):
        parts = [np.asarray(store[f"prior_{name}"]) for name in ("weights", "means", "factors")]
        super().load_own_variables({key: store[key] for key in store.keys() if not key.startswith("prior_")})  # noqa: SIM118
        self.prior = LatentPrior(*parts)
