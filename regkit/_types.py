"""What X may be, said once: all that NumPy makes an array of, and SciPy's sparse matrices."""

import scipy.sparse as sp
from numpy.typing import ArrayLike

MatrixLike = ArrayLike | sp.spmatrix | sp.sparray
